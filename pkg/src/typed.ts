/**
 * Typed arrays by their internal slots. Unlike `instanceof`, `length` and an iterator these hold across windows, and neither a
 * subclass nor a property that was set on the array can answer in their place.
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

/** The same numbers in a view that is a Float32Array and nothing else. Throws when their buffer is gone. */
export function floatsOf(array: unknown): Float32Array {
  const length = lengthOf(array);
  // A view that lost its buffer, or hangs over the end of one that shrank, reads as empty; copying it throws.
  return length === 0 ? new Float32Array(array as Float32Array) : new Float32Array(bufferOf(array), offsetOf(array), length);
}

/** Numbers one by one; the first that `read` throws for ends it, before an array that is all length takes memory. */
export function numbersOf(values: ArrayLike<unknown>, read: (value: unknown, index: number) => number): Float64Array {
  const numbers: number[] = [];
  const length = values.length;
  for (let index = 0; index < length; index++) numbers.push(read(values[index], index));
  return Float64Array.from(numbers);
}
