import { OodgateError } from "../api/errors.js";
import { mismatch } from "./refusals.js";
import { kindOf } from "./typed-arrays.js";

/**
 * A copy of the bytes that a caller gave as a file, which is read later. Not by the array's own
 * `slice`: Node's Buffer overrides it with one that copies nothing.
 */
export function fileBytes(file: unknown): Uint8Array {
  try {
    if (kindOf(file) === "Uint8Array") return new Uint8Array(file as Uint8Array);
    return new Uint8Array(ArrayBuffer.prototype.slice.call(file as ArrayBuffer, 0));
  } catch (cause) {
    if (cause instanceof RangeError) {
      const message = "file: there is no memory for a copy of it";
      throw new OodgateError("out-of-memory", message, { cause });
    }
    const expected = "a Uint8Array or an ArrayBuffer that was not transferred away";
    throw mismatch("invalid-file", "file", expected, file);
  }
}
