import { OodgateError, describe, mismatch, reading } from "./errors.js";
import { floatsOf, kindOf, numbersOf } from "./typed.js";
import type { Features, Labels } from "./types.js";

/** Most numbers in one array of features: two gigabytes, more than the core's memory takes in one piece. */
const MOST = 2 ** 29;

const FORMS = "a Float32Array, an object with data and dims, or an array of rows";
const GONE = "an array whose buffer is there, got one that was transferred away or shrank";

/**
 * The rows as one row-major Float32Array over the caller's own memory where it already is one. Shapes that a flat array cannot
 * show are checked here, everything else by the core.
 */
export function flattenFeatures(value: Features, width: number, argument = "features"): Float32Array {
  return reading("invalid-features", argument, () => checkSize(flatten(value, width, argument), argument));
}

function flatten(value: unknown, width: number, argument: string): Float32Array {
  const kind = kindOf(value);
  if (kind === "Float32Array") return floats(value, argument);
  if (Array.isArray(value)) return flattenRows(value, width, argument);
  if (typeof value === "object" && value !== null && kind === undefined) return flattenTensor(value, width, argument);
  throw mismatch("invalid-features", argument, FORMS, value);
}

/** A Float32Array that is one throughout. */
export function floats(array: unknown, argument: string): Float32Array {
  if (kindOf(array) !== "Float32Array") throw mismatch("invalid-features", argument, "a Float32Array", array);
  try {
    return floatsOf(array);
  } catch {
    throw new OodgateError("invalid-features", `${argument}: expected ${GONE}`);
  }
}

function checkSize<T extends { length: number }>(array: T, argument: string): T {
  if (array.length <= MOST) return array;
  throw new OodgateError("out-of-memory", `${argument}: expected at most ${MOST} numbers at a time, got ${array.length}`);
}

function flattenTensor(tensor: { data?: unknown; dims?: unknown }, width: number, argument: string): Float32Array {
  const { data, dims } = readTensor(tensor, argument);
  if (data === undefined && dims === undefined) throw mismatch("invalid-features", argument, FORMS, tensor);
  const flat = floats(data, `${argument}.data`);
  const rank: unknown = Array.isArray(dims) ? dims.length : undefined;
  const sizes: unknown[] = Array.isArray(dims) && (rank === 1 || rank === 2) ? [dims[0], dims[1]].slice(0, rank) : [];
  const [rows, columns] = rank === 2 ? sizes : [1, sizes[0]];
  if (typeof rows !== "number" || columns !== width) {
    const several = Array.isArray(dims) ? `${rank} dimensions` : describe(dims);
    const got = sizes.length > 0 ? `[${sizes.map(describe).join(", ")}]` : several;
    throw new OodgateError("invalid-features", `${argument}.dims: expected [rows, ${width}] or [${width}], got ${got}`);
  }
  if (flat.length !== rows * width) {
    const expected = `${rows} x ${width} = ${rows * width} numbers`;
    throw new OodgateError("invalid-features", `${argument}.data: expected ${expected}, got ${flat.length}`);
  }
  return flat;
}

function readTensor(tensor: { data?: unknown; dims?: unknown }, argument: string): { data: unknown; dims: unknown } {
  try {
    const { data, dims } = tensor;
    return { data, dims };
  } catch (cause) {
    // For example onnxruntime-web's, whose data throws while it lies on the GPU.
    const advice = "a tensor on the GPU has to be downloaded first, for example by await tensor.getData()";
    throw new OodgateError("invalid-features", `${argument}: expected data and dims that can be read, got an exception; ${advice}`, { cause });
  }
}

function flattenRows(given: readonly unknown[], width: number, argument: string): Float32Array {
  // All shapes before any memory: the rows may be four billion holes, or one long row many times.
  const rows: ArrayLike<unknown>[] = [];
  const count = given.length;
  for (let index = 0; index < count; index++) rows.push(checkRow(given[index], width, `${argument}[${index}]`));
  checkSize({ length: rows.length * width }, argument);
  const flat = new Float32Array(rows.length * width);
  rows.forEach((row, index) => {
    for (let column = 0; column < width; column++) {
      const number = row[column];
      if (typeof number !== "number") {
        throw mismatch("invalid-features", `${argument}[${index}][${column}]`, "a number", number);
      }
      flat[index * width + column] = number;
    }
  });
  return flat;
}

function checkRow(row: unknown, width: number, argument: string): ArrayLike<unknown> {
  const length = typeof row === "object" && row !== null ? (row as ArrayLike<unknown>).length : undefined;
  if (length === width) return row as ArrayLike<unknown>;
  throw mismatch("invalid-features", argument, `a row of ${width} numbers`, typeof length === "number" ? length : row);
}

/** Kinds of typed arrays that labels may come in. */
const WHOLE = ["Int32Array", "Uint32Array", "Uint16Array", "Uint8Array"];

/** Labels as numbers for the core, which checks their range and count. */
export function labelNumbers(value: Labels, classIndex: ReadonlyMap<string, number>, argument = "labels"): Float64Array {
  return reading("invalid-labels", argument, () => {
    if (WHOLE.includes(kindOf(value) as string)) {
      try {
        return new Float64Array(value as Int32Array);
      } catch {
        throw new OodgateError("invalid-labels", `${argument}: expected ${GONE}`);
      }
    }
    if (!Array.isArray(value)) {
      throw mismatch("invalid-labels", argument, `an ${WHOLE.join(", ")}, or an array of class indices or names`, value);
    }
    return numbersOf(value, (label, row) => {
      if (typeof label === "number") return label;
      const index = typeof label === "string" ? classIndex.get(label) : undefined;
      if (index === undefined) throw mismatch("invalid-labels", `${argument}[${row}]`, "a class index or name", label);
      return index;
    });
  });
}
