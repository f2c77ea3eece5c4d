import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from "idb";
import { OodgateError } from "../api/errors.js";

/** What is known of a stored head without loading it. */
export interface StoredHead {
  /** The name that it was put under. */
  name: string;
  /** Size of its file. */
  bytes: number;
  /** When it was put there. */
  savedAt: Date;
}

/** A part of a head's file. */
interface Chunk {
  head: string;
  index: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * The descriptions are apart from the files, so that a list reads no file. Files are in chunks:
 * Firefox refuses single values near 268 MB.
 */
interface Schema extends DBSchema {
  heads: { key: string; value: StoredHead };
  chunks: { key: [string, number]; value: Chunk };
}
type Stores = ["heads", "chunks"];
const STORES: Stores = ["heads", "chunks"];
type Upgrade = IDBPTransaction<Schema, Stores, "versionchange">;

const DATABASE = "oodgate";
const VERSION = 2;
const CHUNK_BYTES = 2 ** 25;

/** The package's error for an exception of the browser's storage. */
function storageError(thrown: unknown): OodgateError {
  const isError = thrown instanceof Error || thrown instanceof DOMException;
  const { name, message } = isError ? thrown : { name: "", message: String(thrown) };
  if (name === "QuotaExceededError") {
    const cure =
      "delete heads that are not needed, or ask for more with navigator.storage.persist()";
    const text = `the browser's storage is full: ${cure}`;
    return new OodgateError("quota-exceeded", text, { cause: thrown });
  }
  const text = `the browser's storage cannot be used: ${message}`;
  return new OodgateError("storage-unavailable", text, { cause: thrown });
}

/**
 * Runs something on the database and closes it: an open one would hold up other tabs that delete or
 * upgrade it.
 */
async function withDatabase<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
  try {
    const database = await openDB<Schema>(DATABASE, VERSION, {
      async upgrade(fresh, before, _, transaction) {
        fresh.createObjectStore("chunks", { keyPath: ["head", "index"] });
        if (before === 0) fresh.createObjectStore("heads", { keyPath: "name" });
        else await moveFiles(transaction as Upgrade);
      },
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

/** Of version 1, whose descriptions held the files. */
async function moveFiles(transaction: Upgrade): Promise<void> {
  type Before = StoredHead & { file: Uint8Array<ArrayBuffer> };
  let cursor = await transaction.objectStore("heads").openCursor();
  for (; cursor !== null; cursor = await cursor.continue()) {
    const { file, ...description } = cursor.value as Before;
    await Promise.all([
      cursor.update(description),
      ...putChunks(transaction, description.name, file),
    ]);
  }
}

type Writing = IDBPTransaction<Schema, Stores, "readwrite" | "versionchange">;

function putChunks(
  transaction: Writing,
  head: string,
  file: Uint8Array<ArrayBuffer>,
): Promise<unknown>[] {
  const store = transaction.objectStore("chunks");
  const puts: Promise<unknown>[] = [];
  for (let start = 0; start < file.length; start += CHUNK_BYTES) {
    // Copied: of a part of a buffer the whole buffer would be stored.
    const bytes = file.slice(start, start + CHUNK_BYTES);
    puts.push(store.put({ head, index: start / CHUNK_BYTES, bytes }));
  }
  return puts;
}

const chunksOf = (name: string): IDBKeyRange => IDBKeyRange.bound([name, 0], [name, Infinity]);

/** Writes a head in place of what has that name, in one transaction. */
export function putFile(name: string, file: Uint8Array<ArrayBuffer>): Promise<void> {
  return withDatabase(async (database) => {
    const transaction = database.transaction(STORES, "readwrite", { durability: "strict" });
    const description = { name, bytes: file.byteLength, savedAt: new Date() };
    await Promise.all([
      transaction.objectStore("chunks").delete(chunksOf(name)),
      transaction.objectStore("heads").put(description),
      ...putChunks(transaction, name, file),
      transaction.done,
    ]);
  });
}

/** The bytes of that name, if there are any. */
export function getFile(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return withDatabase(async (database) => {
    const transaction = database.transaction(STORES);
    const description = await transaction.objectStore("heads").get(name);
    if (description === undefined) return undefined;
    const file = new Uint8Array(description.bytes);
    // One by one, so that only one chunk is in memory beside the file.
    let cursor = await transaction.objectStore("chunks").openCursor(chunksOf(name));
    for (; cursor !== null; cursor = await cursor.continue()) {
      file.set(cursor.value.bytes, cursor.value.index * CHUNK_BYTES);
    }
    return file;
  });
}

/** What is there, by name. */
export function listFiles(): Promise<StoredHead[]> {
  return withDatabase((database) => database.getAll("heads"));
}

/** Deletes what has that name, if there is something. */
export function deleteFile(name: string): Promise<void> {
  return withDatabase(async (database) => {
    const transaction = database.transaction(STORES, "readwrite");
    await Promise.all([
      transaction.objectStore("heads").delete(name),
      transaction.objectStore("chunks").delete(chunksOf(name)),
      transaction.done,
    ]);
  });
}
