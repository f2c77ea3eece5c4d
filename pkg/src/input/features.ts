import { OodgateError } from "../api/errors.js";
import type { Features } from "../api/types.js";
import { describe, mismatch, reading } from "./refusals.js";
import { own } from "./owned-arrays.js";
import { floatsOf, halvesOf, isFloats, kindOf, lengthOf } from "./typed-arrays.js";

/** Most numbers in one array of features: 2 GiB, more than one allocation in wasm memory takes. */
const MAX_NUMBERS = 2 ** 29;

const FLOATS = "a Float32Array, a Float64Array or a Float16Array";
const FORMS = "a Float32Array, an object with data and dims, or an array of rows";
export const ATTACHED =
  "an array whose buffer is there, got one that was transferred away or shrank";

/**
 * The rows as one row-major Float32Array: over the caller's own memory where they already are one,
 * else in an array of the package's own. Shapes that a flat array cannot show are checked here,
 * everything else by the core.
 */
export function flattenFeatures(
  value: Features,
  width: number,
  argument = "features",
): Float32Array {
  const flat = () => checkSize(flatten(value, width, argument), argument);
  return reading("invalid-features", argument, flat);
}

function flatten(value: unknown, width: number, argument: string): Float32Array {
  if (isFloats(value)) return floats(value, argument);
  if (Array.isArray(value)) return flattenRows(value, width, argument);
  if (typeof value === "object" && value !== null && kindOf(value) === undefined) {
    return flattenTensor(value, width, argument);
  }
  throw mismatch("invalid-features", argument, FORMS, value);
}

/** A plain Float32Array over the numbers of one that may be of a subclass. */
export function float32Array(array: unknown, argument: string): Float32Array {
  if (kindOf(array) === "Float32Array") return floats(array, argument);
  throw mismatch("invalid-features", argument, "a Float32Array", array);
}

/** The numbers of an array that holds floats; refuses one whose memory is gone. */
function floats(array: unknown, argument: string, read = floatsOf): Float32Array {
  // Before a conversion takes memory.
  checkSize({ length: lengthOf(array) }, argument);
  try {
    return read(array);
  } catch {
    throw new OodgateError("invalid-features", `${argument}: expected ${ATTACHED}`);
  }
}

function checkSize<T extends { length: number }>(array: T, argument: string): T {
  if (array.length <= MAX_NUMBERS) return array;
  const expected = `at most ${MAX_NUMBERS} numbers at a time`;
  throw new OodgateError("out-of-memory", `${argument}: expected ${expected}, got ${array.length}`);
}

/** What is read of a tensor. `type` is onnxruntime-web's. */
interface TensorLike {
  data?: unknown;
  dims?: unknown;
  type?: unknown;
}

function flattenTensor(tensor: TensorLike, width: number, argument: string): Float32Array {
  const { data, dims } = readTensor(tensor, argument);
  if (data === undefined && dims === undefined) {
    throw mismatch("invalid-features", argument, FORMS, tensor);
  }
  const flat = tensorFloats(data, tensor, argument);
  const rows = rowsOf(dims, width, argument);
  if (flat.length !== rows * width) {
    const expected = `${rows} x ${width} = ${rows * width} numbers`;
    const message = `${argument}.data: expected ${expected}, got ${flat.length}`;
    throw new OodgateError("invalid-features", message);
  }
  return flat;
}

/** The rows that a tensor's dims, [rows, width] or [width], say it has. */
function rowsOf(dims: unknown, width: number, argument: string): number {
  const rank = Array.isArray(dims) ? dims.length : undefined;
  const sizes: unknown[] =
    Array.isArray(dims) && (rank === 1 || rank === 2) ? [dims[0], dims[1]].slice(0, rank) : [];
  const [rows, columns] = rank === 2 ? sizes : [1, sizes[0]];
  if (typeof rows === "number" && columns === width) return rows;
  const other = Array.isArray(dims) ? `${rank} dimensions` : describe(dims);
  const got = sizes.length > 0 ? `[${sizes.map(describe).join(", ")}]` : other;
  const message = `${argument}.dims: expected [rows, ${width}] or [${width}], got ${got}`;
  throw new OodgateError("invalid-features", message);
}

/**
 * The numbers of a tensor, whose halves are bits in a Uint16Array where there is no Float16Array.
 */
function tensorFloats(data: unknown, tensor: TensorLike, argument: string): Float32Array {
  const at = `${argument}.data`;
  if (isFloats(data)) return floats(data, at);
  const isHalves = kindOf(data) === "Uint16Array" && tensor.type === "float16";
  if (isHalves) return floats(data, at, halvesOf);
  throw mismatch("invalid-features", at, FLOATS, data);
}

function readTensor(tensor: TensorLike, argument: string): { data: unknown; dims: unknown } {
  try {
    const { data, dims } = tensor;
    return { data, dims };
  } catch (cause) {
    // onnxruntime-web's tensors, for example, throw when their data is on the GPU.
    const advice =
      "a tensor on the GPU has to be downloaded first, for example by await tensor.getData()";
    const expected = "data and dims that can be read, got an exception";
    const message = `${argument}: expected ${expected}; ${advice}`;
    throw new OodgateError("invalid-features", message, { cause });
  }
}

function flattenRows(given: readonly unknown[], width: number, argument: string): Float32Array {
  // All shapes are checked before memory is allocated: the array may be four billion holes, or hold
  // one long row many times.
  const rows: ArrayLike<unknown>[] = [];
  const count = given.length;
  for (let index = 0; index < count; index++) {
    rows.push(checkRow(given[index], width, `${argument}[${index}]`));
  }
  checkSize({ length: rows.length * width }, argument);
  const flat = own(new Float32Array(rows.length * width));
  rows.forEach((row, index) => {
    for (let column = 0; column < width; column++) {
      const number = row[column];
      if (typeof number !== "number") {
        const where = `${argument}[${index}][${column}]`;
        throw mismatch("invalid-features", where, "a number", number);
      }
      flat[index * width + column] = number;
    }
  });
  return flat;
}

function checkRow(row: unknown, width: number, argument: string): ArrayLike<unknown> {
  const isObject = typeof row === "object" && row !== null;
  const length = isObject ? (row as ArrayLike<unknown>).length : undefined;
  if (length === width) return row as ArrayLike<unknown>;
  const got = typeof length === "number" ? length : row;
  throw mismatch("invalid-features", argument, `a row of ${width} numbers`, got);
}
