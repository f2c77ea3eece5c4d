import { owned, type Core, type RawPrediction } from "./core.js";
import { OodgateError, mismatch } from "./errors.js";
import { flattenFeatures, labelNumbers } from "./features.js";
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

  async trainStep(features: Features, labels: Labels, options?: { learningRate?: number }): Promise<StepResult> {
    const rows = this.#rows(features);
    const classes = this.#labels(labels);
    return this.#call((core) => core.trainStep(rows, classes, options));
  }

  async fit(features: Features, labels: Labels, options: FitOptions = {}): Promise<FitResult> {
    const rows = this.#rows(features);
    const classes = this.#labels(labels);
    return this.#call((core) => core.fit(rows, classes, options, this.#end.signal));
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
    const rows = this.#rows(features);
    return this.#call((core) => core.oodScore(rows, options));
  }

  async fitScorers(features: Features, labels: Labels): Promise<void> {
    const rows = this.#rows(features);
    const classes = this.#labels(labels);
    return this.#call((core) => core.fitScorers(rows, classes));
  }

  async selectScorer(features: Features, labels: Labels, options: SelectionOptions = {}): Promise<Selection> {
    const rows = this.#rows(features);
    const classes = this.#labels(labels);
    return this.#call((core) => core.selectScorer(rows, classes, options, this.#end.signal));
  }

  async calibrate(features: Features, labels: Labels, options?: { alpha?: number; scorer?: Scorer }): Promise<Calibration> {
    const rows = this.#rows(features);
    const classes = this.#labels(labels);
    return this.#call((core) => core.calibrate(rows, classes, options));
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
    if (typeof id !== "object" || id === null) throw mismatch("invalid-features", "id", "an object with features and labels", id);
    if (typeof ood !== "object" || ood === null) throw mismatch("invalid-features", "ood", "an object with features", ood);
    const [known, unknown] = [this.#rows(id.features), this.#rows(ood.features)];
    const classes = this.#labels(id.labels);
    return this.#call((core) => core.evaluate(known, classes, unknown, options));
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

  /** Flat rows that stay as they are until the call's turn comes. */
  #rows(features: Features): Float32Array {
    this.#end.signal.throwIfAborted();
    const flat = flattenFeatures(features, this.features);
    const isCopy = Array.isArray(features);
    if (!isCopy && !this.#queue.busy) return flat;
    const rows = isCopy ? flat : flat.slice();
    owned.add(rows);
    return rows;
  }

  /** Class indices, always an array of our own. */
  #labels(labels: Labels): Float64Array {
    const numbers = labelNumbers(labels, this.#classIndex);
    owned.add(numbers);
    return numbers;
  }

  #call<T>(task: (core: Core) => Promise<T>): Promise<T> {
    return this.#queue.run(async () => {
      this.#end.signal.throwIfAborted();
      return task(this.#core);
    });
  }
}
