// Values that no argument means, made anew for each call.

const thrown = new RangeError("from the caller's own code");
export const throws = () => {
  throw thrown;
};

/** An object or array whose revoked proxy throws at every touch. */
export function revoked(target = {}) {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** [what, make]: values without any of the parts that an argument has. */
export const strangers = [
  ["null", () => null],
  ["true", () => true],
  ["a number", () => 7],
  ["NaN", () => NaN],
  ["a string", () => "abc"],
  ["a bigint", () => 10n],
  ["a symbol", () => Symbol("x")],
  ["a function", () => () => 1],
  ["a boxed number", () => new Number(3)],
  ["a boxed string", () => new String("abc")],
  ["an ArrayBuffer", () => new ArrayBuffer(24)],
  ["a DataView", () => new DataView(new ArrayBuffer(24))],
  ["a Map", () => new Map([["data", 1]])],
  ["a Set", () => new Set([0, 1])],
  ["a Date", () => new Date(0)],
  ["a regular expression", () => /x/],
  ["a promise", () => Promise.resolve(1)],
  ["a revoked proxy", () => revoked()],
  ["a revoked proxy of a function", () => revoked(() => {})],
  ["a proxy whose traps throw", () => new Proxy({}, { get: throws, ownKeys: throws, getPrototypeOf: throws, has: throws })],
];

/** A typed array whose buffer was transferred away. */
export function detached(Kind, length) {
  const array = new Kind(length);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
}

/** Whether this engine can resize buffers at all. */
export const resizable = typeof ArrayBuffer.prototype.resize === "function";

/** A view that hangs over the end of a buffer that shrank. */
export function outOfBounds(Kind, length) {
  const bytes = length * Kind.BYTES_PER_ELEMENT;
  const buffer = new ArrayBuffer(bytes, { maxByteLength: bytes });
  const view = new Kind(buffer, 0, length);
  buffer.resize(Kind.BYTES_PER_ELEMENT);
  return view;
}
