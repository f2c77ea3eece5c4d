import {
  createHead,
  OodgateError,
  type Head,
  type LossOptions,
  type Prediction,
  type Scorer,
} from "oodgate";
import { cosine, distance } from "./nearest";
import { Scaling, type Scale } from "./scaling";
import { splitBySession, type Grouped, type Split } from "./split";

/** This page's only way to the package: rows in, something that judges out. */
export { OodgateError };

export interface Row extends Grouped {
  readonly features: Float32Array;
}

export interface Verdict {
  readonly classId: string;
  readonly probability: number;
  /** By class, in the order of `Taught.classes`. */
  readonly probabilities: Float32Array;
  /** Missing where there is no gate. */
  readonly gate?: { readonly accepted: boolean; readonly pValue: number };
}

/** What the gate of a head rests on. */
export interface Check {
  readonly alpha: number;
  /** Rows that it was calibrated on. */
  readonly rows: number;
  /**
   * As many are needed to promise this alpha. With fewer, nothing can be rejected, and there is
   * no gate.
   */
  readonly needs: number;
  /** The smallest alpha that so many rows can promise. */
  readonly allows: number;
  /** Classes that were calibrated on rows much like those they were trained on, or on none. */
  readonly provisional: readonly string[];
}

/**
 * "auto" up to so many features. Beyond, the distance to the nearest training rows alone: with
 * 1280 features the first calibration of "auto" takes two to three seconds, and here every change
 * makes a new one.
 */
const AUTO_FEATURES = 512;

const scorer = (features: number, rows: number): Scorer =>
  features <= AUTO_FEATURES ? "auto" : { name: "knn", k: Math.min(5, rows) };

/** 0.04, the default, is for many classes; with a few, larger ones keep more accuracy. */
const loss = (classes: number): LossOptions => ({
  kind: "logitNorm",
  tau: classes <= 14 ? 0.2 : 0.04,
});

/** What a head needs is a number of updates, however few its rows are. */
const UPDATES = 300;
const BATCH = 128;

export interface TeachOptions {
  readonly alpha: number;
  /** Whether columns are brought to one scale: those of a backbone are on one already. */
  readonly scale: boolean;
  readonly signal: AbortSignal;
}

/** The head of some rows and its gate. */
export class Taught {
  readonly classes: readonly string[];
  readonly rows: number;
  readonly #head: Head;
  readonly #split: Split<Row>;
  readonly #scaling: Scaling | undefined;
  #check: Check;

  private constructor(
    head: Head,
    classes: readonly string[],
    split: Split<Row>,
    scaling: Scaling | undefined,
    check: Check,
  ) {
    this.#head = head;
    this.classes = classes;
    this.rows = split.train.length;
    this.#split = split;
    this.#scaling = scaling;
    this.#check = check;
  }

  /** Trains and calibrates. Rejects with the signal's reason once it is aborted. */
  static async from(rows: readonly Row[], { alpha, scale, signal }: TeachOptions): Promise<Taught> {
    const classes = [...new Set(rows.map((row) => row.classId))].sort();
    const whole = splitBySession(rows);
    const scaling = scale ? new Scaling(whole.train.map((row) => row.features)) : undefined;
    const split = scaling === undefined ? whole : scaled(whole, scaling);
    const features = rows[0]?.features.length ?? 0;
    const head = await createHead({
      features,
      classes,
      loss: loss(classes.length),
      backend: "cpu",
      worker: true,
    });
    try {
      signal.throwIfAborted();
      const batches = Math.ceil(split.train.length / BATCH);
      const options = { epochs: Math.ceil(UPDATES / batches), batchSize: BATCH, signal };
      await head.fit(flat(split.train), labels(split.train), options);
      const taught = new Taught(head, classes, split, scaling, emptyCheck(alpha, split));
      await taught.promise(alpha);
      signal.throwIfAborted();
      return taught;
    } catch (error) {
      head.dispose();
      throw error;
    }
  }

  get check(): Check {
    return this.#check;
  }

  get hasGate(): boolean {
    return this.#check.rows >= this.#check.needs;
  }

  /** Calibrates anew, for another share of known rows that may be rejected. */
  async promise(alpha: number): Promise<void> {
    const check = emptyCheck(alpha, this.#split);
    const { held } = this.#split;
    if (held.length > 0)
      await this.#head.calibrate(flat(held), labels(held), {
        alpha,
        scorer: scorer(this.#head.features, this.rows),
      });
    this.#check = { ...check, rows: held.length };
  }

  async judge(features: Float32Array): Promise<Verdict> {
    const row = this.#scaling?.apply(features) ?? features;
    if (!this.hasGate) return first(await this.#head.predict(row));
    const answer = await this.#head.gate(row);
    return {
      ...first(answer),
      gate: { accepted: answer.accepted[0] === 1, pValue: answer.pValue[0] ?? 1 },
    };
  }

  /** How alike two rows are, in a measure of its own; higher is more alike. */
  likeness(a: Float32Array, b: Float32Array): number {
    return this.#scaling === undefined
      ? cosine(a, b)
      : -distance(this.#scaling.apply(a), this.#scaling.apply(b));
  }

  /** The head and its gate as one safetensors file. */
  save(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#head.save();
  }

  /** How rows are scaled before the head sees them, where they are. */
  get scale(): Scale | undefined {
    return this.#scaling?.scale;
  }

  dispose(): void {
    this.#head.dispose();
  }
}

/** The answer to the only row. */
function first({ label, probability, probabilities }: Prediction): Verdict {
  return { classId: label[0] ?? "", probability: probability[0] ?? 0, probabilities };
}

function emptyCheck(alpha: number, split: Split<Row>): Check {
  const rows = split.held.length;
  // A little less than alpha, so that 1 / 0.05 - 1 is 19 and not 20 by a rounding error.
  const needs = Math.ceil(1 / alpha - 1 - 1e-9);
  return { alpha, rows: 0, needs, allows: 1 / (rows + 1), provisional: split.provisional };
}

function scaled(split: Split<Row>, scaling: Scaling): Split<Row> {
  const scale = (row: Row): Row => ({ ...row, features: scaling.apply(row.features) });
  return { ...split, train: split.train.map(scale), held: split.held.map(scale) };
}

function flat(rows: readonly Row[]): Float32Array {
  const width = rows[0]?.features.length ?? 0;
  const all = new Float32Array(rows.length * width);
  rows.forEach((row, i) => all.set(row.features, i * width));
  return all;
}

const labels = (rows: readonly Row[]): string[] => rows.map((row) => row.classId);
