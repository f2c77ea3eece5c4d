import { batch, computed, signal } from "@preact/signals";
import { groupBy } from "./sessions";

/** What a project's examples are. */
export const kinds = ["pictures", "words", "numbers"] as const;
export type Kind = (typeof kinds)[number];

/** What the visitor sees of an example: one of the two. */
export interface Shown {
  readonly picture?: Blob;
  /** A sentence, or numbers as they were written. */
  readonly words?: string;
}

/** One thing that was shown, with what the backbone made of it. */
export interface Example extends Shown {
  readonly id: string;
  readonly classId: string;
  /** One press of the record button, one file, or one line. */
  readonly session: string;
  readonly features: Float32Array;
}

export interface TaughtClass {
  readonly id: string;
  readonly name: string;
  /** Off: its examples show what is none of the classes. */
  readonly on: boolean;
  /** Which of the page's colours it has. */
  readonly colour: number;
}

/**
 * All that a visitor has made. Values are replaced, never changed: what was is what undo brings
 * back.
 */
export interface ProjectState {
  readonly classes: readonly TaughtClass[];
  readonly examples: readonly Example[];
}

/** A project as it is kept or sent. */
export interface ProjectContent {
  readonly name: string;
  readonly kind: Kind;
  readonly alpha: number;
  readonly columns: readonly string[];
  readonly classes: readonly TaughtClass[];
  readonly examples: readonly Example[];
}

export const COLOURS = 8;
const EMPTY: readonly Example[] = [];

export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(9));
  return Array.from(bytes, (byte) => byte.toString(36).padStart(2, "0")).join("");
}

export class Project {
  /** Empty until a project has been opened or begun. */
  readonly id = signal("");
  readonly kind = signal<Kind>("pictures");
  readonly classes = signal<readonly TaughtClass[]>([]);
  readonly examples = signal<readonly Example[]>([]);
  readonly alpha = signal(0.05);
  readonly name = signal("");
  /** Names of the numbers of a row, where examples are numbers. */
  readonly columns = signal<readonly string[]>([]);

  /** Examples of each class, oldest first. */
  readonly byClass = computed(() => groupBy(this.examples.value, (example) => example.classId));

  /** Those that a head is taught: of classes that are on. */
  readonly taught = computed(() => {
    const on = new Set(this.classes.value.filter((c) => c.on).map((c) => c.id));
    return this.examples.value.filter((example) => on.has(example.classId));
  });

  /** Those that show what is none of the classes: of classes that are off. */
  readonly unknown = computed(() => {
    const off = new Set(this.classes.value.filter((c) => !c.on).map((c) => c.id));
    return this.examples.value.filter((example) => off.has(example.classId));
  });

  examplesOf(classId: string): readonly Example[] {
    return this.byClass.value.get(classId) ?? EMPTY;
  }

  nameOf(classId: string): string {
    return this.classes.value.find((c) => c.id === classId)?.name ?? "";
  }

  get content(): ProjectContent {
    const { name, kind, alpha, columns } = this;
    const settings = { name: name.peek(), kind: kind.peek(), alpha: alpha.peek() };
    const { classes, examples } = this;
    return {
      ...settings,
      columns: columns.peek(),
      classes: classes.peek(),
      examples: examples.peek(),
    };
  }

  get state(): ProjectState {
    return { classes: this.classes.value, examples: this.examples.value };
  }

  set state({ classes, examples }: ProjectState) {
    batch(() => {
      this.classes.value = classes;
      this.examples.value = examples;
    });
  }

  addClass(name: string): TaughtClass {
    const used = new Set(this.classes.value.map((c) => c.colour));
    let colour = this.classes.value.length % COLOURS;
    for (let i = 0; i < COLOURS && used.has(colour); i++) colour = (colour + 1) % COLOURS;
    const added = { id: newId(), name, on: true, colour };
    this.classes.value = [...this.classes.value, added];
    return added;
  }

  changeClass(id: string, change: Partial<Pick<TaughtClass, "name" | "on">>): void {
    this.classes.value = this.classes.value.map((c) => (c.id === id ? { ...c, ...change } : c));
  }

  removeClass(id: string): void {
    this.state = {
      classes: this.classes.value.filter((c) => c.id !== id),
      examples: this.examples.value.filter((example) => example.classId !== id),
    };
  }

  addExamples(examples: readonly Example[]): void {
    this.examples.value = [...this.examples.value, ...examples];
  }

  removeExamples(ids: ReadonlySet<string>): void {
    this.examples.value = this.examples.value.filter((example) => !ids.has(example.id));
  }

  moveExamples(ids: ReadonlySet<string>, classId: string): void {
    this.examples.value = this.examples.value.map((example) =>
      ids.has(example.id) ? { ...example, classId } : example,
    );
  }
}
