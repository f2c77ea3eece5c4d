import { effect, signal } from "@preact/signals";
import { Taught } from "./model";
import type { Example, Project } from "./project";
import { scaleOf } from "./scale-of";
import { teachable } from "./sessions";

export type Lesson =
  | { readonly kind: "idle" }
  | { readonly kind: "learning" }
  | { readonly kind: "ready"; readonly milliseconds: number }
  | { readonly kind: "failed"; readonly error: unknown };

/** From so many examples on there is something to learn. */
const FEWEST = 5;

/**
 * Trains a new head after every change of what is taught, and has it take the place of the one
 * before when it is ready. What changes meanwhile ends a training that is under way: only the
 * latest is finished.
 */
export class Teacher {
  readonly lesson = signal<Lesson>({ kind: "idle" });
  readonly taught = signal<Taught | undefined>(undefined);
  readonly #project: Project;
  /** Pieces of work that add examples one by one: the training waits for their end. */
  readonly #recordings = signal(0);
  /** The project that the head on show, or the one in training, is of. */
  #of = "";
  #controller: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();
  #shown: readonly Example[] = [];
  #unknown: readonly Example[] = [];
  #alphaRunning = false;

  constructor(project: Project) {
    this.#project = project;
    effect(() => {
      const id = project.id.value;
      const [examples, unknown] = [project.taught.value, project.unknown.value];
      if (id !== this.#of) {
        this.#forget(id);
        // It is being deleted. A browser that keeps nothing has a project without an id all along.
        if (id === "") return;
      }
      const isShown = same(examples, this.#shown) && same(unknown, this.#unknown);
      if (this.#recordings.value === 0 && !isShown) this.#restart(examples, unknown);
    });
    effect(() => {
      project.alpha.value;
      void this.#keepPromise();
    });
  }

  /** Until the function that it returns is called, examples may come and no training begins. */
  pause(): () => void {
    this.#recordings.value += 1;
    let open = true;
    return () => {
      if (open) this.#recordings.value -= 1;
      open = false;
    };
  }

  /** The head of another project knows nothing of this one's, nor does one still in training. */
  #forget(next: string): void {
    this.#of = next;
    this.#controller?.abort();
    this.#shown = [];
    this.#unknown = [];
    this.lesson.value = { kind: "idle" };
    this.#show(undefined);
  }

  #restart(examples: readonly Example[], unknown: readonly Example[]): void {
    this.#shown = examples;
    this.#unknown = unknown;
    const asked = performance.now();
    this.#controller?.abort();
    const controller = (this.#controller = new AbortController());
    const rows = teachable(examples);
    this.lesson.value = rows.length < FEWEST ? { kind: "idle" } : { kind: "learning" };
    this.#running = this.#running.then(() => this.#teach(rows, unknown, controller.signal, asked));
  }

  async #teach(
    rows: readonly Example[],
    unknown: readonly Example[],
    signal: AbortSignal,
    asked: number,
  ): Promise<void> {
    if (signal.aborted) return;
    if (rows.length < FEWEST) return this.#show(undefined);
    const alpha = this.#project.alpha.peek();
    const scale = scaleOf(this.#project);
    try {
      const taught = await Taught.from(rows, { alpha, scale, unknown, signal });
      this.#show(taught);
      this.lesson.value = { kind: "ready", milliseconds: performance.now() - asked };
      void this.#keepPromise();
    } catch (error) {
      if (signal.aborted) return;
      // An older head would answer for examples that are no longer there.
      this.#show(undefined);
      this.lesson.value = { kind: "failed", error };
    }
  }

  #show(taught: Taught | undefined): void {
    const before = this.taught.peek();
    this.taught.value = taught;
    before?.dispose();
  }

  /** The head on show gets the alpha that is chosen; while the slider moves, only the latest. */
  async #keepPromise(): Promise<void> {
    if (this.#alphaRunning) return;
    this.#alphaRunning = true;
    try {
      for (;;) {
        const taught = this.taught.peek();
        const alpha = this.#project.alpha.peek();
        if (taught === undefined || taught.check.alpha === alpha) return;
        await taught.promise(alpha);
        // Another value of the same head: those who show its check are told by a new look at it.
        if (this.taught.peek() === taught) this.promised.value += 1;
      }
    } catch (error) {
      // A head that was replaced in the meantime is disposed of, and its successor has the alpha
      // already.
      if (this.lesson.peek().kind === "ready") this.lesson.value = { kind: "failed", error };
    } finally {
      this.#alphaRunning = false;
    }
  }

  /** Goes up when the head on show has been calibrated for another alpha. */
  readonly promised = signal(0);
}

/** A class that is renamed changes no example. */
const same = (a: readonly Example[], b: readonly Example[]): boolean =>
  a === b || (a.length === b.length && a.every((example, i) => example === b[i]));
