import {
  createHead,
  OodgateError,
  type Head,
  type Monitor,
  type Prediction,
  type Scorer,
} from "oodgate";
import { cosine, distance } from "./nearest";
import { Scaling, type Scale } from "./scaling";
import { groupsOf, type Grouped } from "./sessions";

/** This page's only way to the package: rows in, something that judges out. */
export { OodgateError, type Monitor };

interface Featured {
  readonly features: Float32Array;
}

export interface Row extends Grouped, Featured {}

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
  /** Rows that there are to calibrate on. */
  readonly rows: number;
  /**
   * As many are needed to promise this alpha. With fewer, nothing can be rejected, and there is
   * no gate.
   */
  readonly needs: number;
  /** The smallest alpha that so many rows can promise. */
  readonly allows: number;
  /** Classes that were calibrated on rows much like those that were trained on. */
  readonly provisional: readonly string[];
}

/**
 * "auto" up to so many features. Beyond, the distance to the nearest training rows alone. Drawn
 * pictures of 1280 features, 30 repetitions with other sessions, 30 frames a session, alpha 5 %;
 * accepted of another session of the known things, and rejected of a third thing:
 * two sessions a class: knn 91.8 % and 100 %, "auto" 90.2 % and 100 %;
 * one session a class: knn 71.7 % and 100 %, "auto" 60.1 % and 100 %.
 * The nearest rows do not know examples of the unknown; with 8 of the third thing "auto" accepts no
 * more (12 repetitions, two sessions a class: 90.2 % against 91.9 %).
 */
const AUTO_FEATURES = 512;

const scorer = (features: number, rows: number): Scorer =>
  features <= AUTO_FEATURES ? "auto" : { name: "knn", k: Math.min(5, rows) };

/** Fewer than the package's default: heads of a few dozen rows have settled by then. */
const UPDATES = 200;
const BATCH = 128;

export interface TeachOptions {
  readonly alpha: number;
  /**
   * Whether columns are brought to one scale, that of the rows or a given one: those of a backbone
   * are on one already.
   */
  readonly scale: "rows" | Scale | undefined;
  /** Rows of what is none of the classes. */
  readonly unknown: readonly Featured[];
  readonly signal: AbortSignal;
}

/** The head of some rows and its gate. */
export class Taught {
  readonly classes: readonly string[];
  readonly rows: number;
  readonly #head: Head;
  readonly #provisional: readonly string[];
  readonly #scaling: Scaling | undefined;
  #check: Check;
  #hasGate = false;

  private constructor(
    head: Head,
    rows: number,
    provisional: readonly string[],
    scaling: Scaling | undefined,
    alpha: number,
  ) {
    this.#head = head;
    this.classes = head.classes;
    this.rows = rows;
    this.#provisional = provisional;
    this.#scaling = scaling;
    this.#check = checkOf(alpha, rows, provisional);
  }

  /**
   * Trains on all rows, and calibrates on the same rows by cross-validation, in whole sessions.
   * Rejects with the signal's reason once it is aborted.
   */
  static async from(
    rows: readonly Row[],
    { alpha, scale, unknown, signal }: TeachOptions,
  ): Promise<Taught> {
    const classes = [...new Set(rows.map((row) => row.classId))].sort();
    const { groups, provisional } = groupsOf(rows);
    const scaling = scale && scalingOf(rows, scale);
    const features = rows[0]?.features.length ?? 0;
    // What has a scale of its own is not to get another.
    const standardize = typeof scale !== "object";
    const options = { features, classes, standardize, backend: "cpu", worker: true } as const;
    const head = await createHead(options);
    try {
      signal.throwIfAborted();
      const epochs = Math.ceil(UPDATES / Math.ceil(rows.length / BATCH));
      const x = flat(rows, scaling);
      const y = rows.map((row) => row.classId);
      // A class of three pictures is meant as much as one of thirty.
      const classWeights = "balanced";
      await head.fit(x, y, { groups, classWeights, epochs, batchSize: BATCH, signal });
      if (unknown.length > 0) await head.addRows(flat(unknown, scaling), null);
      const taught = new Taught(head, rows.length, provisional, scaling, alpha);
      await taught.promise(alpha, signal);
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
    return this.#hasGate;
  }

  /** Calibrates anew, for another share of known rows that may be rejected. */
  async promise(alpha: number, signal?: AbortSignal): Promise<void> {
    const check = checkOf(alpha, this.rows, this.#provisional);
    const enough = check.rows >= check.needs;
    if (enough) {
      const by = scorer(this.#head.features, this.rows);
      await this.#head.calibrate({ alpha, scorer: by, ...(signal && { signal }) });
    }
    this.#check = check;
    this.#hasGate = enough;
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

  /** Whether the gate accepts each row; all of them where there is no gate. */
  async accepts(rows: readonly Featured[]): Promise<readonly boolean[]> {
    if (!this.hasGate || rows.length === 0) return rows.map(() => true);
    const { accepted } = await this.#head.gate(flat(rows, this.#scaling));
    return Array.from(accepted, (one) => one === 1);
  }

  /** Tells a stream of verdicts that moved as a whole. There must be a gate. */
  monitor(): Monitor {
    return this.#head.monitor();
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

function checkOf(alpha: number, rows: number, provisional: readonly string[]): Check {
  // A little less than alpha, so that 1 / 0.05 - 1 is 19 and not 20 by a rounding error.
  const needs = Math.ceil(1 / alpha - 1 - 1e-9);
  return { alpha, rows, needs, allows: 1 / (rows + 1), provisional };
}

const scalingOf = (rows: readonly Featured[], scale: "rows" | Scale): Scaling =>
  scale === "rows" ? Scaling.of(rows.map((row) => row.features)) : new Scaling(scale);

function flat(rows: readonly Featured[], scaling: Scaling | undefined): Float32Array {
  const width = rows[0]?.features.length ?? 0;
  const all = new Float32Array(rows.length * width);
  rows.forEach(({ features }, i) => all.set(scaling?.apply(features) ?? features, i * width));
  return all;
}
