import { batch, effect, signal } from "@preact/signals";
import { newId, type Example, type Kind, type Project, type ProjectContent } from "./project";
import { ProjectStorage, type StoredProject } from "./storage";

export type Saving =
  | { readonly kind: "opening" | "saving" | "saved" }
  | { readonly kind: "failed"; readonly error: unknown };

/** Changes that come within this time are written together. */
const QUIET_MS = 400;

/**
 * The visitor's projects. The one that is open is written after every change, and only what
 * changed of it; where the browser keeps nothing, the page goes on without.
 */
export class Projects {
  readonly list = signal<readonly StoredProject[]>([]);
  readonly saving = signal<Saving>({ kind: "opening" });
  readonly #project: Project;
  readonly #storage = new ProjectStorage();
  readonly #begin: () => void;
  /** What of the open project is stored, by id. */
  #stored: ReadonlyMap<string, Example> = new Map();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn: Promise<void> = Promise.resolve();

  /** `begin` fills an empty project with what a new one starts with. */
  constructor(project: Project, begin: () => void) {
    this.#project = project;
    this.#begin = begin;
    effect(() => {
      project.classes.value;
      project.examples.value;
      project.alpha.value;
      project.name.value;
      project.columns.value;
      if (this.#project.id.peek() === "") return;
      this.saving.value = { kind: "saving" };
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.flush(), QUIET_MS);
    });
    document.addEventListener("visibilitychange", () => {
      // With nothing to write, the database of a page that is left stays closed.
      if (document.visibilityState === "hidden" && this.#timer !== undefined) void this.flush();
    });
  }

  /** Opens the project that was last changed, or a new one of pictures. */
  start(): Promise<void> {
    return this.#inTurn(async () => {
      this.list.value = await this.#storage.list();
      const [latest] = this.list.value;
      if (latest === undefined) this.#startNew("pictures");
      else await this.#open(latest);
    });
  }

  /** Opens the latest project of this kind, or a new one. */
  async openKind(kind: Kind): Promise<void> {
    if (kind === this.#project.kind.peek()) return;
    const found = this.list.peek().find((project) => project.kind === kind);
    await (found === undefined ? this.create(kind) : this.open(found.id));
  }

  async open(id: string): Promise<void> {
    await this.flush();
    await this.#inTurn(async () => {
      const found = this.list.value.find((project) => project.id === id);
      if (found !== undefined) await this.#open(found);
    });
  }

  async create(kind: Kind): Promise<void> {
    await this.flush();
    this.#startNew(kind);
    await this.flush();
  }

  /** A new project with what came out of a file. */
  async add({ examples, ...content }: ProjectContent): Promise<void> {
    await this.flush();
    this.#show({ id: newId(), ...content, changed: 0 }, examples);
    // Nothing of it is in the database yet.
    this.#stored = new Map();
    await this.flush();
  }

  /** Deletes the open project, and opens the one that was changed last before it. */
  delete(): Promise<void> {
    return this.#inTurn(async () => {
      clearTimeout(this.#timer);
      const id = this.#project.id.peek();
      const kind = this.#project.kind.peek();
      this.#project.id.value = "";
      await this.#storage.delete(id);
      this.list.value = await this.#storage.list();
      const [latest] = this.list.value;
      if (latest === undefined) this.#startNew(kind);
      else await this.#open(latest);
    });
  }

  /** Writes what has changed since the last time. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#inTurn(async () => {
      const id = this.#project.id.peek();
      if (id === "") return;
      const { name, kind, alpha, columns, classes, examples } = this.#project;
      const now = new Map(examples.peek().map((example) => [example.id, example]));
      const put = examples.peek().filter((example) => this.#stored.get(example.id) !== example);
      const remove = [...this.#stored.keys()].filter((key) => !now.has(key));
      const settings = {
        name: name.peek(),
        kind: kind.peek(),
        alpha: alpha.peek(),
        columns: columns.peek(),
      };
      const project = { id, ...settings, classes: classes.peek(), changed: Date.now() };
      await this.#storage.write({ project, put, remove });
      this.#stored = now;
      this.list.value = [project, ...this.list.peek().filter((other) => other.id !== id)];
      if (this.#timer === undefined) this.saving.value = { kind: "saved" };
    });
  }

  async #open(stored: StoredProject): Promise<void> {
    const examples = await this.#storage.examplesOf(stored.id);
    this.#show(stored, examples);
  }

  #startNew(kind: Kind): void {
    this.#show(
      { id: newId(), name: "", kind, alpha: 0.05, columns: [], classes: [], changed: 0 },
      [],
    );
    this.#begin();
  }

  #show(
    { id, name, kind, alpha, columns, classes }: StoredProject,
    examples: readonly Example[],
  ): void {
    this.#stored = new Map(examples.map((example) => [example.id, example]));
    batch(() => {
      this.#project.id.value = id;
      this.#project.name.value = name;
      this.#project.kind.value = kind;
      this.#project.alpha.value = alpha;
      this.#project.columns.value = columns;
      this.#project.state = { classes, examples };
    });
  }

  /**
   * One piece of work with the database at a time. A failure is shown, and the next piece goes
   * on.
   */
  #inTurn(work: () => Promise<void>): Promise<void> {
    return (this.#turn = this.#turn.then(work).catch((error: unknown) => {
      // Without a database there is still a page to use.
      if (this.#project.classes.peek().length === 0) this.#begin();
      this.saving.value = { kind: "failed", error };
    }));
  }
}
