import { OodgateError, type ErrorCode } from "../api/errors.js";
import { kindOf } from "./typed-arrays.js";

/** An argument that is not what was expected, worded as the Rust core words it. */
export function mismatch(
  code: ErrorCode,
  argument: string,
  expected: string,
  got: unknown,
): OodgateError {
  return new OodgateError(code, `${argument}: expected ${expected}, got ${describe(got)}`);
}

/** Reads an argument. What its getters or proxy traps throw becomes the cause of a refusal. */
export function reading<T>(code: ErrorCode, argument: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof OodgateError) throw cause;
    const message = `${argument}: expected a value that can be read, got an exception`;
    throw new OodgateError(code, message, { cause });
  }
}

/** A value as a message shows it. Never runs code of the value and never throws. */
export function describe(value: unknown): string {
  const kind = kindOf(value);
  if (kind !== undefined) return `${kind.startsWith("I") ? "an" : "a"} ${kind}`;
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null || value === undefined) return String(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  try {
    return Array.isArray(value) ? "an array" : "an object";
  } catch {
    return "a revoked proxy";
  }
}
