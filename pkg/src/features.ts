import { OodgateError, describe, mismatch } from "./errors.js";
import type { Features, Labels } from "./types.js";

/** A typed array by its brand, which holds across windows where `instanceof` does not. */
function isTyped<T>(value: unknown, ...names: string[]): value is T {
  return names.includes(Object.prototype.toString.call(value).slice(8, -1)) && ArrayBuffer.isView(value);
}

/**
 * The rows as one row-major Float32Array; the caller's own array where it already is one. Shapes that a flat array cannot
 * show are checked here, everything else by the core.
 */
export function flattenFeatures(value: Features, width: number): Float32Array {
  if (isTyped<Float32Array>(value, "Float32Array")) return checkAttached(value);
  if (Array.isArray(value)) return flattenRows(value, width);
  if (typeof value === "object" && value !== null) return flattenTensor(value as { data?: unknown; dims?: unknown }, width);
  const expected = "a Float32Array, an object with data and dims, or an array of rows";
  throw mismatch("invalid-features", "features", expected, value);
}

function checkAttached(array: Float32Array): Float32Array {
  // A detached buffer reads as an empty array; say why it is empty.
  const buffer = array.buffer as ArrayBuffer & { detached?: boolean };
  if (array.length === 0 && buffer.detached === true) {
    throw new OodgateError("invalid-features", "features: expected an attached buffer, got one that was transferred away");
  }
  return array;
}

function flattenTensor(tensor: { data?: unknown; dims?: unknown }, width: number): Float32Array {
  const [data, dims] = readTensor(tensor);
  if (!isTyped<Float32Array>(data, "Float32Array")) {
    throw mismatch("invalid-features", "features.data", "a Float32Array", data);
  }
  if (!Array.isArray(dims) || dims.length < 1 || dims.length > 2 || dims[dims.length - 1] !== width) {
    const got = Array.isArray(dims) ? `[${dims.map(describe).join(", ")}]` : describe(dims);
    throw new OodgateError("invalid-features", `features.dims: expected [rows, ${width}] or [${width}], got ${got}`);
  }
  const rows = dims.length === 2 ? dims[0] : 1;
  if (data.length !== rows * width) {
    const expected = `${rows} x ${width} = ${rows * width} numbers`;
    throw new OodgateError("invalid-features", `features.data: expected ${expected}, got ${data.length}`);
  }
  return data;
}

function readTensor(tensor: { data?: unknown; dims?: unknown }): [unknown, unknown] {
  try {
    return [tensor.data, tensor.dims];
  } catch (cause) {
    // For example a tensor that still lies on the GPU.
    throw new OodgateError("invalid-features", "features: data and dims could not be read", { cause });
  }
}

function flattenRows(rows: readonly unknown[], width: number): Float32Array {
  const flat = new Float32Array(rows.length * width);
  rows.forEach((row, index) => {
    if (typeof row !== "object" || row === null || typeof (row as ArrayLike<number>).length !== "number") {
      throw mismatch("invalid-features", `features[${index}]`, `a row of ${width} numbers`, row);
    }
    const numbers = row as ArrayLike<number>;
    if (numbers.length !== width) {
      throw new OodgateError(
        "invalid-features",
        `features[${index}]: expected a row of ${width} numbers, got ${numbers.length}`,
      );
    }
    for (let column = 0; column < width; column++) {
      const number = numbers[column];
      if (typeof number !== "number") {
        throw mismatch("invalid-features", `features[${index}][${column}]`, "a number", number);
      }
      flat[index * width + column] = number;
    }
  });
  return flat;
}

/** Labels as numbers for the core, which checks their range and count. */
export function labelNumbers(value: Labels, classIndex: ReadonlyMap<string, number>): Float64Array {
  if (isTyped<Int32Array>(value, "Int32Array", "Uint32Array", "Uint16Array", "Uint8Array")) return Float64Array.from(value);
  if (!Array.isArray(value)) {
    const expected = "an Int32Array, Uint32Array, Uint16Array, Uint8Array, or an array of class indices or names";
    throw mismatch("invalid-labels", "labels", expected, value);
  }
  return Float64Array.from(value as readonly unknown[], (label, row) => {
    if (typeof label === "number") return label;
    const index = typeof label === "string" ? classIndex.get(label) : undefined;
    if (index === undefined) throw mismatch("invalid-labels", `labels[${row}]`, "a class index or name", label);
    return index;
  });
}
