import type { ScorerName } from "./scorers.js";

/** The result of one update. */
export interface StepResult {
  /** Mean loss of this batch, before the update. Nats. */
  loss: number;
  /** Share of this batch classified correctly before the update, [0, 1]. */
  accuracy: number;
  /** Updates made so far, this one included. */
  step: number;
}

/** One finished epoch. */
export interface EpochProgress {
  /** Its number; the first is 1. */
  epoch: number;
  /** Epochs asked for. */
  epochs: number;
  /** Mean over the epoch's batches, each before its update, of rows as they were varied. Nats. */
  loss: number;
  /** Share classified correctly, likewise, [0, 1]. */
  accuracy: number;
  /** Mean loss of the held-out rows after the epoch. */
  validationLoss?: number;
  /** Share of the held-out rows classified correctly after the epoch. */
  validationAccuracy?: number;
  /** Training rows per second in this epoch. */
  rowsPerSecond: number;
}

/** The result of a fit. */
export interface FitResult {
  /** Epochs finished. */
  epochs: number;
  /** Updates made by this fit. */
  steps: number;
  /** Mean loss over the last epoch, or the best one with `patience`, of rows as varied, nats. */
  loss: number;
  /** Share classified correctly over that epoch, [0, 1]. */
  accuracy: number;
  /** Elapsed time of the call. */
  seconds: number;
  /** True when patience ran out. */
  stoppedEarly: boolean;
  /**
   * Mean loss of the held-out rows, nats: of the weights kept, the best epoch's with `patience`.
   */
  validationLoss?: number;
  /** Share of the held-out rows classified correctly, [0, 1], likewise. */
  validationAccuracy?: number;
  /**
   * One entry for each epoch whose loss was read: on the CPU every one, on WebGPU every one when
   * `onEpoch` or `patience` is given, else the last.
   */
  history: EpochProgress[];
  /**
   * What the caller should know: too few held-out rows to calibrate, rows that look grouped, a
   * class without rows, rows that are all the same, ...
   */
  warning?: string;
}

/** The result of `selectScorer`. */
export interface Selection {
  /** The scorer that "auto" resolves to from now on; "auto" is the combination. */
  scorer: ScorerName;
  /** Mean AUROC of each candidate for the classes left out. */
  auroc: Record<string, number>;
  /** Why the combination keeps its place, where another candidate did better on the mean. */
  reason?: string;
}

/** Classes and their probabilities. */
export interface Prediction {
  /** Index of the predicted class, [rows]. */
  classIndex: Int32Array;
  /** Its name, [rows]. */
  label: string[];
  /**
   * Its probability at the calibrated temperature (1 before `calibrate`), [rows], in [0, 1]. Before
   * `calibrate`, that of a LogitNorm head is not a confidence: see the README.
   */
  probability: Float32Array;
  /** All of them, [rows, classes]; all alike where the logits are no numbers. */
  probabilities: Float32Array;
}

/** Temperature and threshold of a head, from in-distribution rows. */
export interface Calibration {
  /** The scorer that the threshold is for; for "auto", the one that it resolved to. */
  scorer: ScorerName;
  /** Promised share of in-distribution rows that are rejected. */
  alpha: number;
  /** A row is rejected when its score is above this. With `perClass`, see `thresholds`. */
  threshold: number;
  /**
   * Softmax temperature that fits the calibration rows (Guo et al., ICML 2017), with a prior: few
   * rows without a mistake do not ask for certainty.
   */
  temperature: number;
  /**
   * Expected calibration error of the calibration rows at temperature 1 (15 equal-width bins, [0,
   * 1]).
   */
  eceBefore: number;
  /**
   * What is to be expected of new rows at the temperature, by rows that it was not fitted to: the
   * posterior mean of the bins' errors, since few rows show errors that are mostly chance.
   */
  eceAfter: number;
  /** Calibration rows used. */
  rows: number;
  /**
   * "held-out": rows that the caller gave. "cross": the head's own rows, each scored by a head that
   * had not seen it or its group.
   */
  method: "held-out" | "cross";
  /** True when the rows were too few for alpha and `provisional` was asked for. */
  provisional: boolean;
  /**
   * With `perClass`: for each class the largest score that it accepts. What is compared is the
   * score plus a penalty for classes that the head thinks unlikely: `docs/calibration.md`.
   */
  thresholds?: readonly number[];
  /**
   * Why the promise may not hold (rows seen in training, rows that look grouped, rows that chose the
   * epoch), or says little (all rows have one score).
   */
  warning?: string;
}

/** The gate's decision on each row. */
export interface GateResult extends Prediction {
  /** 1 where the row is accepted as in-distribution, 0 where it is rejected, [rows]. */
  accepted: Uint8Array;
  /**
   * OOD score, higher = more out-of-distribution, [rows]. `Infinity` where a row's numbers leave
   * single precision on the way: such a row is rejected.
   */
  score: Float32Array;
  /**
   * Conformal p-value (1 + #{calibration score >= score}) / (n + 1), [rows], rounded to float32:
   * `accepted` compares it unrounded with alpha. After a calibration from the head's own rows it is
   * interpolated between neighbouring scores; with `perClass`, it is the largest over the classes.
   */
  pValue: Float32Array;
  /**
   * With `perClass`: 1 for each class that the row may be, at the promised level, [rows, classes].
   * A row with none is rejected.
   */
  classSet?: Uint8Array;
  /** Row by row: for (const { label, probability, accepted, score, pValue } of result). */
  [Symbol.iterator](): Iterator<GatedRow>;
}

/** The gate's decision on one row. */
export interface GatedRow {
  /** Index of the predicted class. */
  classIndex: number;
  /** Its name. */
  label: string;
  /** Its probability at the calibrated temperature, [0, 1]. */
  probability: number;
  /** Whether the row is accepted as in-distribution. */
  accepted: boolean;
  /** OOD score, higher = more out-of-distribution. */
  score: number;
  /** Conformal p-value. */
  pValue: number;
}

/** How well a head tells its classes apart, and known rows from unknown ones. */
export interface Evaluation {
  /** Share of in-distribution rows classified correctly, [0, 1]. */
  accuracy: number;
  /**
   * Expected calibration error of the in-distribution rows at the calibrated temperature (1 before
   * `calibrate`), [0, 1].
   */
  ece: number;
  /** OOD is the positive class; ties count one half. */
  auroc: number;
  /** Average precision with OOD as the positive class. */
  auprOut: number;
  /** Average precision with ID as the positive class. */
  auprIn: number;
  /** Share of OOD accepted at the threshold that keeps 95 % of ID. */
  fpr95: number;
  /** Share of each class's rows that were taken for it, [classes]; NaN for a class without rows. */
  recall: Float64Array;
  /** Share of the rows taken for each class that are of it, [classes]; NaN where none was. */
  precision: Float64Array;
  /**
   * How many rows of each class (first index) were taken for each (second), [classes, classes];
   * empty for more than 4096 classes.
   */
  confusion: Uint32Array;
  /** The ROC curve with OOD as the positive class, from (0, 0) to (1, 1). */
  roc: {
    /** Share of ID that each threshold rejects, [points]. */
    falsePositiveRate: Float64Array;
    /** Share of OOD that it rejects, [points]. */
    truePositiveRate: Float64Array;
  };
}

/** The rows that a head remembers. */
export interface RememberedRows {
  /** Rows with a class. */
  readonly count: number;
  /** Rows of each class, [classes]. */
  readonly perClass: readonly number[];
  /** Examples of the unknown. */
  readonly unknown: number;
  /** Rows that the limits of `memory` have dropped so far. */
  readonly dropped: number;
}

/** Why rows got their verdicts. */
export interface Explanation {
  /** Neighbours of each row. */
  k: number;
  /** Ids of the remembered rows nearest to each row, the nearest first, [rows, k]. */
  id: Uint32Array;
  /** Their classes, [rows, k]; -1 for an example of the unknown. */
  classIndex: Int32Array;
  /**
   * Their Euclidean distances, [rows, k], in the form in which "auto" compares rows: at unit
   * length, or standardised where features are measurements.
   */
  distance: Float32Array;
  /**
   * What the score of each row is made of, [rows] each: the parts add up to it. Of "auto":
   * unsureness (of the head), classDistance, relativeDistance, localDensity, length and, with
   * examples of the unknown, unknown, in deviations over the training rows. Of another scorer: its
   * score under its own name.
   */
  parts: Record<string, Float32Array>;
}

/** All parameters by PyTorch's names. */
export type NamedWeights = Record<string, {
  /** [out, in] of a weight, [out] of a bias. */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}>;

/**
 * Tells a stream that moved as a whole (another camera, another build of the backbone) from single
 * unknown rows.
 */
export interface Monitor {
  /** Takes in p-values in the order in which they came. */
  observe(pValues: ArrayLike<number>): void;
  /**
   * Evidence against "these rows are like the calibration rows": a conformal test martingale, 1 at
   * the start.
   */
  readonly evidence: number;
  /**
   * True once the evidence has passed 1 / alpha: at most the share alpha of unmoved streams ever
   * raises it.
   */
  readonly alarm: boolean;
  /** Begins anew. */
  reset(): void;
}
