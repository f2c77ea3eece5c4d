import { OodgateError } from "../api/errors.js";
import { fileBytes, refusedFile } from "../input/file-bytes.js";
import { Scheduler } from "./scheduler.js";

/** Bytes that are copied before a call returns: of a smaller file the caller has them back then. */
const AT_ONCE = 1 << 24;

/** Bytes that are copied at a time: memory takes a while where it is used first. */
const PIECE = 1 << 22;

/** A copy of a file that a caller gave, which is read later. */
export async function copyFile(file: unknown): Promise<Uint8Array<ArrayBuffer>> {
  const given = fileBytes(file);
  const { length } = given;
  const copy = memoryFor(length);
  const scheduler = new Scheduler();
  for (let first = 0; first < length; first += PIECE) {
    if (first >= AT_ONCE) await scheduler.pause();
    // Of memory that is gone nothing would be copied.
    if (given.length < length) throw refusedFile(file);
    copy.set(given.subarray(first, first + PIECE), first);
  }
  return copy;
}

function memoryFor(length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw new OodgateError("out-of-memory", "file: there is no memory for a copy of it", { cause });
  }
}
