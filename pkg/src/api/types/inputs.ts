/**
 * A batch of feature vectors, [rows, features], float32, row-major. Accepted forms: a Float32Array
 * whose length is a multiple of `features`; any object with `data` and `dims` ([rows, features] or
 * [features]), such as a transformers.js or onnxruntime-web tensor; an array of equally long rows.
 */
export type Features =
  | Float32Array
  | {
      /** The rows, one after the other. */
      readonly data: Float32Array;
      /** [rows, features], or [features] for one row. */
      readonly dims: readonly number[];
    }
  | ReadonlyArray<ArrayLike<number>>;

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
