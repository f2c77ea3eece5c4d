import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Example, Kind, TaughtClass } from "./project";

/** A project without its examples. */
export interface StoredProject {
  readonly id: string;
  readonly name: string;
  readonly kind: Kind;
  readonly alpha: number;
  readonly columns: readonly string[];
  readonly classes: readonly TaughtClass[];
  /** When it was last changed, in milliseconds since 1970. */
  readonly changed: number;
}

/**
 * A picture is kept as bytes: WebKit never ends a transaction that puts a Blob where nothing is to
 * outlive the window, in its private windows for one. What was written before that is a Blob.
 */
interface StoredExample extends Omit<Example, "picture"> {
  readonly project: string;
  readonly picture?: Blob | { readonly bytes: ArrayBuffer; readonly type: string };
}

interface Schema extends DBSchema {
  projects: { key: string; value: StoredProject };
  examples: { key: string; value: StoredExample; indexes: { project: string } };
}

export interface Change {
  readonly project: StoredProject;
  readonly put: readonly Example[];
  readonly remove: readonly string[];
}

/** Pictures that are read at a time: to ask for a thousand at once held the page for 200 ms. */
const AT_ONCE = 50;

/** Projects in the browser's own database. Every call rejects where the browser keeps nothing. */
export class ProjectStorage {
  #database: Promise<IDBPDatabase<Schema>> | undefined;

  constructor() {
    // A page that is left may be kept for the way back, and in WebKit the next page then waits for
    // ever for a database that this one has open. It is opened anew when it is needed again.
    addEventListener("pagehide", () => {
      const database = this.#database;
      this.#database = undefined;
      void database?.then((opened) => opened.close());
    });
  }

  /** The last changed first. */
  async list(): Promise<StoredProject[]> {
    const projects = await (await this.#open()).getAll("projects");
    return projects.sort((a, b) => b.changed - a.changed);
  }

  /** In the order in which they were stored first. */
  async examplesOf(project: string): Promise<Example[]> {
    const stored = await (await this.#open()).getAllFromIndex("examples", "project", project);
    return stored.map(({ project: _, picture, ...example }) => ({
      ...example,
      ...(picture !== undefined && { picture: pictureOf(picture) }),
    }));
  }

  /** All of it or nothing. */
  async write({ project, put, remove }: Change): Promise<void> {
    // First: a transaction ends by itself while something else is waited for.
    const stored: StoredExample[] = [];
    for (let first = 0; first < put.length; first += AT_ONCE) {
      const some = put.slice(first, first + AT_ONCE);
      stored.push(...(await Promise.all(some.map((example) => storedOf(example, project.id)))));
    }
    const transaction = (await this.#open()).transaction(["projects", "examples"], "readwrite");
    const examples = transaction.objectStore("examples");
    const requests: Promise<unknown>[] = [transaction.objectStore("projects").put(project)];
    for (const example of stored) requests.push(examples.put(example));
    for (const id of remove) requests.push(examples.delete(id));
    await Promise.all([...requests, transaction.done]);
  }

  async delete(project: string): Promise<void> {
    const transaction = (await this.#open()).transaction(["projects", "examples"], "readwrite");
    const examples = transaction.objectStore("examples");
    const keys = await examples.index("project").getAllKeys(project);
    const requests = [
      ...keys.map((key) => examples.delete(key)),
      transaction.objectStore("projects").delete(project),
    ];
    await Promise.all([...requests, transaction.done]);
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    return (this.#database ??= openDB<Schema>("oodgate-site", 1, {
      upgrade(database) {
        database.createObjectStore("projects", { keyPath: "id" });
        database.createObjectStore("examples", { keyPath: "id" }).createIndex("project", "project");
      },
    }).catch((error: unknown) => {
      this.#database = undefined;
      throw error;
    }));
  }
}

async function storedOf(
  { picture, ...example }: Example,
  project: string,
): Promise<StoredExample> {
  if (picture === undefined) return { ...example, project };
  const kept = { bytes: await picture.arrayBuffer(), type: picture.type };
  return { ...example, project, picture: kept };
}

const pictureOf = (stored: NonNullable<StoredExample["picture"]>): Blob =>
  stored instanceof Blob ? stored : new Blob([stored.bytes], { type: stored.type });
