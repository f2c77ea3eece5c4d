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

interface StoredExample extends Example {
  readonly project: string;
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

/** Projects in the browser's own database. Every call rejects where the browser keeps nothing. */
export class ProjectStorage {
  #database: Promise<IDBPDatabase<Schema>> | undefined;

  /** The last changed first. */
  async list(): Promise<StoredProject[]> {
    const projects = await (await this.#open()).getAll("projects");
    return projects.sort((a, b) => b.changed - a.changed);
  }

  /** In the order in which they were stored first. */
  async examplesOf(project: string): Promise<Example[]> {
    const stored = await (await this.#open()).getAllFromIndex("examples", "project", project);
    return stored.map(({ project: _, ...example }) => example);
  }

  /** All of it or nothing. */
  async write({ project, put, remove }: Change): Promise<void> {
    const transaction = (await this.#open()).transaction(["projects", "examples"], "readwrite");
    const examples = transaction.objectStore("examples");
    const requests: Promise<unknown>[] = [transaction.objectStore("projects").put(project)];
    for (const example of put) requests.push(examples.put({ ...example, project: project.id }));
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
