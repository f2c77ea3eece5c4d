import { mismatch } from "./refusals.js";
import { bytesOf, kindOf } from "./typed-arrays.js";

const byteLength = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength")?.get;

/** What a caller gave as a file, over the same memory where there is any. */
export function fileBytes(file: unknown): Uint8Array {
  try {
    if (kindOf(file) === "Uint8Array") return bytesOf(file);
    // Throws unless it is an ArrayBuffer, and the constructor where its memory is gone.
    byteLength?.call(file);
    return new Uint8Array(file as ArrayBuffer);
  } catch {
    throw refusedFile(file);
  }
}

/** What has no bytes, or none any more. */
export function refusedFile(file: unknown): Error {
  const expected = "a Uint8Array or an ArrayBuffer that was not transferred away";
  return mismatch("invalid-file", "file", expected, file);
}
