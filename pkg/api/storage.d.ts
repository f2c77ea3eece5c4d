import { Head, LoadOptions } from './index.js';

/** What is known of a stored head without loading it. */
interface StoredHead {
    /** The name that it was put under. */
    name: string;
    /** Size of its file. */
    bytes: number;
    /** When it was put there. */
    savedAt: Date;
}

/** Heads by name in this origin's IndexedDB. */
declare const storage: {
    /**
     * Stores a head, or the bytes of one, in place of what has that name. Written in one transaction:
     * whatever happens on the way, what was there before or the whole new head is there after.
     */
    put(name: string, head: Head | Uint8Array): Promise<void>;
    /** Restores the head of that name; `undefined` when there is none. */
    get(name: string, options?: LoadOptions): Promise<Head | undefined>;
    /** All stored heads, by name. Reads none of their files. */
    list(): Promise<StoredHead[]>;
    /** Deletes the head of that name, if there is one. */
    delete(name: string): Promise<void>;
};
/** Hands the head to the user as a file to keep: starts a download. Needs a page. */
declare function download(head: Head | Uint8Array, fileName?: string): Promise<void>;
/**
 * Restores a head from a file that the user chose: an `<input type="file">`'s, or one that was
 * dropped on the page.
 */
declare function upload(file: Blob, options?: LoadOptions): Promise<Head>;

export { download, storage, upload };
export type { StoredHead };
