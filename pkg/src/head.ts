import { open, type Opened } from "./backend.js";
import { OodgateError, mismatch, reading } from "./errors.js";
import { flattenFeatures, labelNumbers } from "./features.js";
import { driveFit } from "./fit.js";
import { copyOptions } from "./options.js";
import { Queue } from "./queue.js";
import { driveSelection } from "./select.js";
import type {
  Calibration,
  Evaluation,
  Features,
  FitOptions,
  FitResult,
  GateResult,
  Head,
  HeadOptions,
  Labels,
  Prediction,
  Scorer,
  Selection,
  SelectionOptions,
  StepResult,
} from "./types.js";
import { loadCpu, toOodgateError, translated, type RawHead } from "./wasm.js";

/** What the core answers: it leaves the names of classes to this side. */
type RawPrediction = Omit<Prediction, "label">;
type RawVerdicts = Omit<GateResult, keyof Prediction> & { prediction: RawPrediction };

/** Creates a head: seeded, untrained weights on the backend asked for. */
export async function createHead(options: HeadOptions): Promise<Head> {
  const given = copyOptions(options);
  const core = await loadCpu();
  const classes = translated(() => core.checkHeadOptions(given));
  try {
    return new QueuedHead(given.features, classes, await open(given, classes.length));
  } catch (thrown) {
    throw toOodgateError(thrown);
  }
}

class QueuedHead implements Head {
  readonly features: number;
  readonly classes: readonly string[];
  readonly backend;
  readonly fallbackReason?: string;
  calibration?: Calibration;

  readonly #opened: Opened;
  readonly #queue = new Queue();
  readonly #classIndex: ReadonlyMap<string, number>;
  #steps = 0;
  #disposed = false;

  constructor(features: number, classes: readonly string[], opened: Opened) {
    this.features = features;
    this.classes = Object.freeze(classes);
    this.backend = opened.backend;
    if (opened.fallbackReason !== undefined) this.fallbackReason = opened.fallbackReason;
    this.#opened = opened;
    this.#classIndex = new Map(classes.map((name, index) => [name, index]));
  }

  get steps(): number {
    return this.#steps;
  }

  // Everywhere below features come last: getters of the others may do anything to their buffer.

  async trainStep(features: Features, labels: Labels, options?: { learningRate?: number }): Promise<StepResult> {
    const given = this.#options(options);
    const classes = this.#labels(labels);
    const rows = this.#rows(features);
    return this.#call(async (raw): Promise<StepResult> => raw.trainStep(rows, classes, given));
  }

  async fit(features: Features, labels: Labels, options: FitOptions = {}): Promise<FitResult> {
    const given = this.#options(options);
    const classes = this.#labels(labels);
    const rows = this.#rows(features);
    return this.#call((raw) => driveFit(raw, rows, classes, given, () => this.#throwIfDisposed(), () => this.#hasPanicked()));
  }

  async logits(features: Features): Promise<Float32Array> {
    const rows = this.#rows(features);
    return this.#call((raw) => raw.logits(rows));
  }

  async predict(features: Features): Promise<Prediction> {
    const rows = this.#rows(features);
    return this.#named(await this.#call((raw) => raw.predict(rows)));
  }

  async oodScore(features: Features, options?: { scorer?: Scorer }): Promise<Float32Array> {
    const given = this.#options(options);
    const rows = this.#rows(features);
    return this.#call((raw) => raw.oodScore(rows, given));
  }

  async fitScorers(features: Features, labels: Labels): Promise<void> {
    const classes = this.#labels(labels);
    const rows = this.#rows(features);
    return this.#call((raw) => raw.fitScorers(rows, classes));
  }

  async selectScorer(features: Features, labels: Labels, options: SelectionOptions = {}): Promise<Selection> {
    const given = this.#options(options);
    const classes = this.#labels(labels);
    const rows = this.#rows(features);
    return this.#call((raw) =>
      driveSelection(raw, rows, classes, given, () => this.#throwIfDisposed(), () => this.#hasPanicked()));
  }

  async calibrate(features: Features, labels: Labels, options?: { alpha?: number; scorer?: Scorer }): Promise<Calibration> {
    const given = this.#options(options);
    const classes = this.#labels(labels);
    const rows = this.#rows(features);
    return this.#call(async (raw) => {
      const calibration: Calibration = await raw.calibrate(rows, classes, given);
      this.calibration = Object.freeze(calibration);
      return calibration;
    });
  }

  async gate(features: Features): Promise<GateResult> {
    const rows = this.#rows(features);
    const { prediction, ...verdicts }: RawVerdicts = await this.#call((raw) => raw.gate(rows));
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
    return this.#call((raw) => raw.evaluate(known, classes, unknown, given));
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // Behind whatever is running: wasm must not free what it is working on.
    void this.#queue.run(async () => {
      if (!this.#hasPanicked()) this.#opened.raw.free();
    });
  }

  /** A prediction with its classes' names. */
  #named(prediction: RawPrediction): Prediction {
    return { ...prediction, label: Array.from(prediction.classIndex, (index) => this.classes[index] as string) };
  }

  #options<T>(options: T): T {
    this.#throwIfDisposed();
    return copyOptions(options);
  }

  #labels(labels: Labels, argument?: string): Float64Array {
    this.#throwIfDisposed();
    return labelNumbers(labels, this.#classIndex, argument);
  }

  /** Flat rows, in memory of their own where they must stay as they are until the call's turn comes. */
  #rows(features: Features, argument?: string, copied = this.#queue.busy): Float32Array {
    this.#throwIfDisposed();
    const flat = flattenFeatures(features, this.features, argument);
    // Only an array of rows was copied already.
    return copied && !Array.isArray(features) ? flat.slice() : flat;
  }

  #call<T>(task: (raw: RawHead) => T | Promise<T>): Promise<T> {
    return this.#queue.run(async () => {
      this.#throwIfDisposed();
      const { raw, module } = this.#opened;
      try {
        return await task(raw);
      } catch (thrown) {
        throw toOodgateError(thrown, module);
      } finally {
        // After a panic nothing of the instance may be touched.
        if (!this.#hasPanicked()) {
          this.#steps = raw.steps;
          if (!raw.isCalibrated) delete this.calibration;
          else this.calibration ??= raw.calibration();
        }
      }
    });
  }

  #hasPanicked(): boolean {
    return this.#opened.module.panicText() !== undefined;
  }

  #throwIfDisposed(): void {
    if (this.#disposed) throw new OodgateError("disposed", "this head was disposed");
  }
}
