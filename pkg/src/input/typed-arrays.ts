import { own } from "./owned-arrays.js";

/**
 * Typed arrays read by their internal slots. Unlike `instanceof`, `length` and an iterator, these
 * work across windows, and no subclass or property set on the array can answer in their place.
 */
const prototype: unknown = Object.getPrototypeOf(Uint8Array.prototype);

function slot<T>(name: PropertyKey): (array: unknown) => T {
  const read = Object.getOwnPropertyDescriptor(prototype, name)?.get;
  return (array) => read?.call(array) as T;
}

/** "Float32Array" and so on; undefined for what is no typed array. Runs no code of the value. */
export const kindOf = slot<string | undefined>(Symbol.toStringTag);
export const lengthOf = slot<number>("length");
const offsetOf = slot<number>("byteOffset");
const bufferOf = slot<ArrayBuffer>("buffer");

/** Kinds of arrays whose numbers are taken for features. */
const FLOAT_KINDS = ["Float32Array", "Float64Array", "Float16Array"];

/** Whether the array's numbers can be features. */
export function isFloats(array: unknown): boolean {
  return FLOAT_KINDS.includes(kindOf(array) as string);
}

/**
 * The numbers of an array of floats as a Float32Array and nothing else: over the same memory where
 * it is one, else converted. Throws when their buffer is gone.
 */
export function floatsOf(array: unknown): Float32Array {
  const length = lengthOf(array);
  const isConverted = kindOf(array) !== "Float32Array";
  // A view that lost its buffer, or extends past one that shrank, has length 0: copying it throws.
  if (isConverted || length === 0) return own(new Float32Array(array as Float32Array));
  return new Float32Array(bufferOf(array), offsetOf(array), length);
}

/**
 * The bytes of a Uint8Array and nothing else, over the same memory. Throws when their buffer is
 * gone.
 */
export function bytesOf(array: unknown): Uint8Array {
  const length = lengthOf(array);
  if (length === 0) return new Uint8Array(array as Uint8Array);
  return new Uint8Array(bufferOf(array), offsetOf(array), length);
}

/** Numbers of half precision by their bits, as they come where there is no Float16Array. */
export function halvesOf(array: unknown): Float32Array {
  return own(Float32Array.from(new Uint16Array(array as Uint16Array), half));
}

/** The number of these 16 bits: sign, 5 bits of exponent, 10 of fraction (IEEE 754 binary16). */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/**
 * Reads numbers one by one. Stops at the first for which `read` throws, before an array that claims
 * a huge length takes memory.
 */
export function numbersOf(
  values: ArrayLike<unknown>,
  read: (value: unknown, index: number) => number,
): Float64Array {
  const numbers: number[] = [];
  const length = values.length;
  for (let index = 0; index < length; index++) numbers.push(read(values[index], index));
  return Float64Array.from(numbers);
}
