/**
 * A batch of feature vectors, [rows, features], float32, row-major. Accepted forms: a Float32Array
 * whose length is a multiple of `features`; any object with `data` and `dims` ([rows, features] or
 * [features]), such as a transformers.js or onnxruntime-web tensor; an array of equally long rows.
 * Float64Array and Float16Array, and tensors of them, are converted.
 */
export type Features =
  | Float32Array
  | Float64Array
  | HalfFloats
  | {
      /** The rows, one after the other: floats, which the call checks. */
      readonly data: unknown;
      /** [rows, features], or [features] for one row. */
      readonly dims: readonly number[];
    }
  | ReadonlyArray<ArrayLike<number>>;

/** A Float16Array, which not every TypeScript library declares. */
export interface HalfFloats extends ArrayLike<number> {
  /** "Float16Array". */
  readonly [Symbol.toStringTag]: "Float16Array";
}

/**
 * One class per row: an index in [0, classes), or a class name when the head was created with
 * names.
 */
export type Labels =
  | Int32Array
  | Uint32Array
  | Uint16Array
  | Uint8Array
  | ReadonlyArray<number>
  | ReadonlyArray<string>;

/** Where a head's arithmetic runs. */
export type Backend = "cpu" | "webgpu";

/** A wasm file that a caller hands over instead of letting the package fetch its own. */
export type WasmSource = URL | string | Response | BufferSource | WebAssembly.Module;

/**
 * The address of the Worker's script; a `TrustedScriptURL` where the page requires Trusted Types.
 */
export type WorkerSource = URL | string | TrustedAddress;

/** As much of a `TrustedScriptURL` as TypeScript's own library knows of every address. */
export interface TrustedAddress {
  /** The address. */
  toJSON(): string;
  /** The address. */
  toString(): string;
}
