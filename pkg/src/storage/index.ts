import { loadHead } from "../api/create.js";
import { OodgateError } from "../api/errors.js";
import type { Head, LoadOptions } from "../api/types.js";
import { fromFile } from "../core/files.js";
import { mismatch } from "../input/refusals.js";
import { deleteFile, getFile, listFiles, putFile, type StoredHead } from "./database.js";

export type { StoredHead } from "./database.js";

function checkName(name: unknown): asserts name is string {
  if (typeof name !== "string" || name === "")
    throw mismatch("invalid-option", "name", "a string that is not empty", name);
}

/** The bytes of a head: those that a caller has, or those of a head to save. */
async function fileOf(head: Head | Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  if (head instanceof Uint8Array) {
    const file = new Uint8Array(head);
    // Bytes that are no head are refused here, and not when they are needed.
    await fromFile(file);
    return file;
  }
  if (typeof head !== "object" || head === null || typeof head.save !== "function") {
    throw mismatch("invalid-option", "head", "a head or the bytes that save made", head);
  }
  return head.save();
}

/** Heads by name in this origin's IndexedDB. */
export const storage = {
  /**
   * Stores a head, or the bytes of one, in place of what has that name. Written in one transaction:
   * whatever happens on the way, what was there before or the whole new head is there after.
   */
  async put(name: string, head: Head | Uint8Array): Promise<void> {
    checkName(name);
    await putFile(name, await fileOf(head));
  },

  /** Restores the head of that name; `undefined` when there is none. */
  async get(name: string, options?: LoadOptions): Promise<Head | undefined> {
    checkName(name);
    const file = await getFile(name);
    return file && loadHead(file, options);
  },

  /** All stored heads, by name. Reads none of their files. */
  list(): Promise<StoredHead[]> {
    return listFiles();
  },

  /** Deletes the head of that name, if there is one. */
  async delete(name: string): Promise<void> {
    checkName(name);
    await deleteFile(name);
  },
};

/** Hands the head to the user as a file to keep: starts a download. Needs a page. */
export async function download(
  head: Head | Uint8Array,
  fileName = "head.safetensors",
): Promise<void> {
  if (typeof fileName !== "string" || fileName === "")
    throw mismatch("invalid-option", "fileName", "a string that is not empty", fileName);
  if (typeof document === "undefined") {
    throw new OodgateError(
      "storage-unavailable",
      "a download can only be started by a page: expected one, got a Worker or Node",
    );
  }
  const url = URL.createObjectURL(
    new Blob([await fileOf(head)], { type: "application/octet-stream" }),
  );
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  // The download reads the address after this returns.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/**
 * Restores a head from a file that the user chose: an `<input type="file">`'s, or one that was
 * dropped on the page.
 */
export async function upload(file: Blob, options?: LoadOptions): Promise<Head> {
  if (!(file instanceof Blob)) throw mismatch("invalid-file", "file", "a File or a Blob", file);
  return loadHead(await file.arrayBuffer(), options);
}
