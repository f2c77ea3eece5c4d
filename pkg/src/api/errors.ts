/** Stable codes of everything that can go wrong. */
export type ErrorCode =
  | "invalid-option"
  | "invalid-features"
  | "invalid-labels"
  | "not-finite"
  | "scorer-not-fitted"
  | "not-calibrated"
  | "too-few-rows"
  | "invalid-file"
  | "disposed"
  | "webgpu-unavailable"
  | "device-lost"
  | "out-of-memory"
  | "wasm-unavailable"
  | "worker-unavailable"
  | "crashed"
  | "quota-exceeded"
  | "storage-unavailable"
  | "server-unavailable"
  | "server-refused"
  | "server-incompatible";

/**
 * Every rejection of this package is one of these. Two are not: an aborted call rejects with its
 * signal's reason, and a fit that `onEpoch` ended with the listener's error. The head is as it was
 * before the call, or, where a fit diverged, has the last finite weights; after a fault of the
 * platform it is restored from what could be saved (docs/errors.md).
 */
export class OodgateError extends Error {
  /** What went wrong, for programs; `message` says it for people. */
  readonly code: ErrorCode;

  /** For the package itself: a caller meets these errors, and has no need to make one. */
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "OodgateError";
    this.code = code;
  }
}
