import { OodgateError } from "./errors.js";

/** One class, whatever it is called. */
interface Entry {
  name: string;
}

/**
 * The classes of a head as its calls find them. A call reads its labels when it is made and uses
 * them in its turn: in between an earlier call may have changed the classes.
 */
export class ClassList {
  #entries: readonly Entry[];
  #names: readonly string[];

  constructor(names: readonly string[]) {
    this.#entries = names.map((name) => ({ name }));
    this.#names = names;
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /** What {@link renumber} takes. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  add(name: string): void {
    this.#set([...this.#entries, { name }]);
  }

  rename(from: string, to: string): void {
    const entry = this.#entries.find(({ name }) => name === from);
    if (entry !== undefined) entry.name = to;
    this.#set([...this.#entries]);
  }

  remove(removed: string): void {
    this.#set(this.#entries.filter(({ name }) => name !== removed));
  }

  #set(entries: readonly Entry[]): void {
    this.#entries = entries;
    this.#names = Object.freeze(entries.map(({ name }) => name));
  }

  /** Labels that were indices among the classes of then as indices among those of now, in place. */
  renumber(labels: Float64Array, then: readonly Entry[]): void {
    if (then === this.#entries) return;
    const now = new Map(this.#entries.map((entry, index) => [entry, index]));
    for (const [row, label] of labels.entries()) {
      const entry = then[label];
      // The core refuses what was no class.
      if (entry === undefined) continue;
      const index = now.get(entry);
      if (index === undefined) {
        const got = `class ${JSON.stringify(entry.name)}, which an earlier call removed`;
        const message = `labels[${row}]: expected a class of the head, got ${got}`;
        throw new OodgateError("invalid-labels", message);
      }
      labels[row] = index;
    }
  }
}
