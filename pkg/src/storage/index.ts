import { openDB, type IDBPDatabase } from "idb";
import { loadHead } from "../api/create.js";
import { OodgateError } from "../api/errors.js";
import type { Head, LoadOptions } from "../api/types.js";
import { mismatch } from "../input/refusals.js";

/** What is known of a stored head without loading it. */
export interface StoredHead {
  /** The name that it was put under. */
  name: string;
  /** Size of its file. */
  bytes: number;
  /** When it was put there. */
  savedAt: Date;
}

interface Stored extends StoredHead {
  file: Uint8Array<ArrayBuffer>;
}

const DATABASE = "oodgate";
const HEADS = "heads";

/** The package's error for an exception of the browser's storage. */
function storageError(thrown: unknown): OodgateError {
  const { name, message } =
    thrown instanceof Error || thrown instanceof DOMException
      ? thrown
      : { name: "", message: String(thrown) };
  if (name === "QuotaExceededError") {
    const cure =
      "delete heads that are not needed, or ask for more with navigator.storage.persist()";
    const text = `the browser's storage is full: ${cure}`;
    return new OodgateError("quota-exceeded", text, { cause: thrown });
  }
  return new OodgateError(
    "storage-unavailable",
    `the browser's storage cannot be used: ${message}`,
    { cause: thrown },
  );
}

/**
 * Runs something on the database and closes it: an open one would hold up other tabs that delete or
 * upgrade it.
 */
async function withDatabase<T>(work: (database: IDBPDatabase) => Promise<T>): Promise<T> {
  try {
    const database = await openDB(DATABASE, 1, {
      upgrade: (fresh) => void fresh.createObjectStore(HEADS, { keyPath: "name" }),
    });
    try {
      return await work(database);
    } finally {
      database.close();
    }
  } catch (thrown) {
    throw storageError(thrown);
  }
}

function checkName(name: unknown): asserts name is string {
  if (typeof name !== "string" || name === "")
    throw mismatch("invalid-option", "name", "a string that is not empty", name);
}

/** A saved head's bytes, or a head to save. */
async function fileOf(head: Head | Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  if (head instanceof Uint8Array) return head.slice();
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
    const file = await fileOf(head);
    const stored: Stored = { name, bytes: file.byteLength, savedAt: new Date(), file };
    await withDatabase(async (database) => {
      const transaction = database.transaction(HEADS, "readwrite", { durability: "strict" });
      await Promise.all([transaction.store.put(stored), transaction.done]);
    });
  },

  /** Restores the head of that name; `undefined` when there is none. */
  async get(name: string, options?: LoadOptions): Promise<Head | undefined> {
    checkName(name);
    const stored: Stored | undefined = await withDatabase((database) => database.get(HEADS, name));
    return stored && loadHead(stored.file, options);
  },

  /** All stored heads, by name. */
  async list(): Promise<StoredHead[]> {
    const all: StoredHead[] = [];
    await withDatabase(async (database) => {
      // One by one, so that the files are not all in memory at once.
      let cursor = await database.transaction(HEADS).store.openCursor();
      for (; cursor !== null; cursor = await cursor.continue()) {
        const { name, bytes, savedAt }: Stored = cursor.value;
        all.push({ name, bytes, savedAt });
      }
    });
    return all;
  },

  /** Deletes the head of that name, if there is one. */
  async delete(name: string): Promise<void> {
    checkName(name);
    await withDatabase((database) => database.delete(HEADS, name));
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
