import { kindOf } from "./typed.js";

/** Stable codes of everything that can go wrong. */
export type ErrorCode =
  | "invalid-option"
  | "invalid-features"
  | "invalid-labels"
  | "not-finite"
  | "scorer-not-fitted"
  | "not-calibrated"
  | "invalid-file"
  | "disposed"
  | "webgpu-unavailable"
  | "device-lost"
  | "out-of-memory"
  | "wasm-unavailable"
  | "crashed"
  | "quota-exceeded"
  | "storage-unavailable";

/**
 * Every rejection of this package is one of these (an aborted fit or selection rejects with its signal's reason, a fit that `onEpoch`
 * ended with that error). The head is as it was before the call.
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

/** An argument that is not what was expected, worded as the Rust core words it. */
export function mismatch(code: ErrorCode, argument: string, expected: string, got: unknown): OodgateError {
  return new OodgateError(code, `${argument}: expected ${expected}, got ${describe(got)}`);
}

/** Reads an argument; what its getters or traps throw becomes a refusal of it, with that as its cause. */
export function reading<T>(code: ErrorCode, argument: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof OodgateError) throw cause;
    throw new OodgateError(code, `${argument}: expected a value that can be read, got an exception`, { cause });
  }
}

/** A value as a reader of a message would write it. Never runs code of the value and never throws. */
export function describe(value: unknown): string {
  const kind = kindOf(value);
  if (kind !== undefined) return `${kind.startsWith("I") ? "an" : "a"} ${kind}`;
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null || typeof value === "number" || typeof value === "boolean" || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  try {
    return Array.isArray(value) ? "an array" : "an object";
  } catch {
    return "a revoked proxy";
  }
}
