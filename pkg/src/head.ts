import { owned, type Core, type RawPrediction } from "./core.js";
import { OodgateError, mismatch, reading } from "./errors.js";
import { flattenFeatures, labelNumbers } from "./features.js";
import { copyOptions } from "./options.js";
import { Queue } from "./queue.js";
import type {
  Backend, Calibration, Evaluation, Features, FitOptions, FitResult, GateResult, Head, Labels, Prediction, Scorer, Selection,
  SelectionOptions, StepResult,
} from "./types.js";

/** What a core was opened with, as far as the public head needs it. */
export interface Named<C extends Core = Core> {
  core: C;
  features: number;
  classes: readonly string[];
}

/** The public head: takes what callers hand over, queues calls, and names classes. What it calls is a {@link Core}. */
export class QueuedHead implements Head {
  readonly features: number;
  readonly classes: readonly string[];

  readonly #core: Core;
  readonly #queue = new Queue();
  readonly #classIndex: ReadonlyMap<string, number>;
  readonly #end = new AbortController();

  constructor({ core, features, classes }: Named) {
    this.features = features;
    this.classes = Object.freeze([...classes]);
    this.#core = core;
    this.#classIndex = new Map(classes.map((name, index) => [name, index]));
  }

  get backend(): Backend {
    return this.#core.facts.backend;
  }

  // For a getter, what is optional and what may be undefined are the same.
  get fallbackReason(): string {
    return this.#core.facts.fallbackReason as string;
  }

  get steps(): number {
    return this.#core.facts.steps;
  }

  get calibration(): Calibration {
    return this.#core.facts.calibration as Calibration;
  }

  // Everywhere below features come last: getters of the others may do anything to their buffer.

  async trainStep(features: Features, labels: Labels, options?: { learningRate?: number }): Promise<StepResult> {
    const given = this.#options(options);
    const classes = this.#labels(labels);
    const rows = this.#rows(features);
    return this.#call((core) => core.trainStep(rows, classes, given));
  }

  async fit(features: Features, labels: Labels, options: FitOptions = {}): Promise<FitResult> {
    const given = this.#options(options);
    const classes = this.#labels(labels);
    const rows = this.#rows(features);
    return this.#call((core) => core.fit(rows, classes, given, this.#end.signal));
  }

  async logits(features: Features): Promise<Float32Array> {
    const rows = this.#rows(features);
    return this.#call((core) => core.logits(rows));
  }

  async predict(features: Features): Promise<Prediction> {
    const rows = this.#rows(features);
    return this.#named(await this.#call((core) => core.predict(rows)));
  }

  async oodScore(features: Features, options?: { scorer?: Scorer }): Promise<Float32Array> {
    const given = this.#options(options);
    const rows = this.#rows(features);
    return this.#call((core) => core.oodScore(rows, given));
  }

  async fitScorers(features: Features, labels: Labels): Promise<void> {
    const classes = this.#labels(labels);
    const rows = this.#rows(features);
    return this.#call((core) => core.fitScorers(rows, classes));
  }

  async selectScorer(features: Features, labels: Labels, options: SelectionOptions = {}): Promise<Selection> {
    const given = this.#options(options);
    const classes = this.#labels(labels);
    const rows = this.#rows(features);
    return this.#call((core) => core.selectScorer(rows, classes, given, this.#end.signal));
  }

  async calibrate(features: Features, labels: Labels, options?: { alpha?: number; scorer?: Scorer }): Promise<Calibration> {
    const given = this.#options(options);
    const classes = this.#labels(labels);
    const rows = this.#rows(features);
    return this.#call((core) => core.calibrate(rows, classes, given));
  }

  async gate(features: Features): Promise<GateResult> {
    const rows = this.#rows(features);
    const { prediction, ...verdicts } = await this.#call((core) => core.gate(rows));
    return { ...this.#named(prediction), ...verdicts };
  }

  async evaluate(
    id: { features: Features; labels: Labels },
    ood: { features: Features },
    options?: { scorer?: Scorer },
  ): Promise<Evaluation> {
    const given = this.#options(options);
    if (typeof id !== "object" || id === null) throw mismatch("invalid-features", "id", "an object with features and labels", id);
    if (typeof ood !== "object" || ood === null) throw mismatch("invalid-features", "ood", "an object with features", ood);
    const classes = this.#labels(reading("invalid-labels", "id.labels", () => id.labels), "id.labels");
    const known = this.#rows(reading("invalid-features", "id.features", () => id.features), "id.features", true);
    const unknown = this.#rows(reading("invalid-features", "ood.features", () => ood.features), "ood.features");
    return this.#call((core) => core.evaluate(known, classes, unknown, given));
  }

  async save(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#call((core) => core.save());
  }

  async exportOnnx(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#call((core) => core.exportOnnx());
  }

  dispose(): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort(new OodgateError("disposed", "this head was disposed"));
    // Behind whatever is running: wasm must not free what it is working on.
    void this.#queue.run(async () => this.#core.free());
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** A prediction with its classes' names. */
  #named(prediction: RawPrediction): Prediction {
    return { ...prediction, label: Array.from(prediction.classIndex, (index) => this.classes[index] as string) };
  }

  #options<T>(options: T): T {
    this.#end.signal.throwIfAborted();
    return copyOptions(options);
  }

  /** Class indices, always in an array of our own. */
  #labels(labels: Labels, argument?: string): Float64Array {
    this.#end.signal.throwIfAborted();
    const numbers = labelNumbers(labels, this.#classIndex, argument);
    owned.add(numbers);
    return numbers;
  }

  /** Flat rows, in memory of their own where they must stay as they are until the call's turn comes. */
  #rows(features: Features, argument?: string, copied = this.#queue.busy || !this.#core.isReady): Float32Array {
    this.#end.signal.throwIfAborted();
    const flat = flattenFeatures(features, this.features, argument);
    // An array of rows was copied already.
    const isCopy = Array.isArray(features);
    if (!copied && !isCopy) return flat;
    const rows = isCopy ? flat : flat.slice();
    owned.add(rows);
    return rows;
  }

  #call<T>(task: (core: Core) => Promise<T>): Promise<T> {
    return this.#queue.run(async () => {
      this.#end.signal.throwIfAborted();
      return task(this.#core);
    });
  }
}
