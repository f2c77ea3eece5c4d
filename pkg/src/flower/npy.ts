import { concat, text, unreadable, utf8, type Bytes } from "./bytes.js";

/** A float32 array of any shape, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
// numpy pads the header so that the data begin at a multiple of this.
const ALIGNMENT = 64;

/** The bytes of numpy.save(array), format 1.0, byte for byte. */
export function toNpy({ shape, data }: Tensor): Bytes {
  const sizes = shape.join(", ") + (shape.length === 1 ? "," : "");
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`;
  const whole = Math.ceil((10 + header.length + 1) / ALIGNMENT) * ALIGNMENT;
  const length = whole - 10;
  const start = Uint8Array.of(...MAGIC, 1, 0, length & 255, length >> 8);
  const padded = utf8(`${header.padEnd(length - 1)}\n`);
  // Every platform with WebAssembly is little-endian, as "<f4" says.
  const values = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return concat([start, padded, values]);
}

/** A float32 or float64 array in row-major order from its .npy bytes, versions 1 to 3. */
export function fromNpy(bytes: Uint8Array): Tensor {
  const refuse = (why: string): never => {
    throw unreadable(`the server sent an array that cannot be read: ${why}`);
  };
  if (bytes.length < 12 || MAGIC.some((byte, index) => bytes[index] !== byte))
    return refuse("it is no .npy file");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLong = (bytes[6] as number) > 1;
  const start = isLong ? 12 : 10;
  const end = start + (isLong ? view.getUint32(8, true) : view.getUint16(8, true));
  if (end > bytes.length) return refuse("its header is cut short");
  const header = text(bytes.subarray(start, end));
  const find = (pattern: RegExp): string => pattern.exec(header)?.[1] ?? refuse("its header");
  const type = find(/'descr': *'([^']*)'/);
  const sizes = find(/'shape': *\(([^)]*)\)/).split(",").map((size) => size.trim());
  const shape = sizes.filter((size) => size !== "").map(Number);
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0)) return refuse("its shape");
  if (shape.length > 1 && find(/'fortran_order': *(True|False)/) === "True")
    return refuse("it is in Fortran's order");
  const width = type === "<f4" ? 4 : type === "<f8" ? 8 : refuse(`its type is "${type}"`);
  const count = shape.reduce((product, size) => product * size, 1);
  if (count * width !== bytes.length - end) return refuse("its length is not that of its shape");
  const read = (index: number): number =>
    width === 4
      ? view.getFloat32(end + index * 4, true)
      : view.getFloat64(end + index * 8, true);
  return { shape, data: Float32Array.from({ length: count }, (_, index) => read(index)) };
}
