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
const lengthOf = slot<number>("length");
const offsetOf = slot<number>("byteOffset");
const bufferOf = slot<ArrayBuffer>("buffer");

/**
 * The same numbers in a view that is a Float32Array and nothing else. Throws when their buffer is
 * gone.
 */
export function floatsOf(array: unknown): Float32Array {
  const length = lengthOf(array);
  // A view that lost its buffer, or extends past one that shrank, has length 0: copying it throws.
  if (length === 0) return new Float32Array(array as Float32Array);
  return new Float32Array(bufferOf(array), offsetOf(array), length);
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
