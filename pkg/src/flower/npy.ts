import { concat, malformed, text, utf8, type Bytes } from "./bytes.js";

/** A float32 array of any shape, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The signature of the format, and its version 1.0, which numpy writes where it can. */
const START = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0);
// numpy pads the header so that the data begin at a multiple of this.
const ALIGNMENT = 64;
const HEADER = /^\{'descr': '<f([48])', 'fortran_order': False, 'shape': \(([\d, ]*)\), \} *\n$/;

/** The bytes of numpy.save(array), byte for byte. */
export function toNpy({ shape, data }: Tensor): Bytes {
  const sizes = shape.join(", ") + (shape.length === 1 ? "," : "");
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((10 + header.length + 1) / ALIGNMENT) * ALIGNMENT - 10;
  const padded = utf8(`${header.padEnd(length - 1)}\n`);
  // Every platform with WebAssembly is little-endian, as "<f4" says.
  const values = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return concat([START, Uint8Array.of(length, length >> 8), padded, values]);
}

/** A float32 or float64 array in row-major order from the bytes of numpy.save. */
export function fromNpy(bytes: Uint8Array): Tensor {
  const start = 10 + ((bytes[8] ?? 0) | ((bytes[9] ?? 0) << 8));
  const isNpy = START.every((byte, index) => bytes[index] === byte);
  const [, width, sizes] = HEADER.exec(text(bytes.subarray(10, start))) ?? [];
  const shape = (sizes ?? "").split(",").filter((size) => size.trim() !== "").map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  if (!isNpy || width === undefined || count * Number(width) !== bytes.length - start)
    throw malformed("array");
  const values = bytes.slice(start).buffer;
  const numbers = width === "4" ? values : new Float64Array(values);
  return { shape, data: new Float32Array(numbers) };
}
