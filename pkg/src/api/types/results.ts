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
  /** Mean over the epoch's batches, each before its update. Nats. */
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
  /** Mean loss over the last epoch, nats. */
  loss: number;
  /** Share classified correctly over the last epoch, [0, 1]. */
  accuracy: number;
  /** Elapsed time of the call. */
  seconds: number;
  /** True when patience ran out. */
  stoppedEarly: boolean;
}

/** The result of `selectScorer`. */
export interface Selection {
  /** The scorer that "auto" resolves to from now on; "auto" is the combination. */
  scorer: ScorerName;
  /** Mean AUROC of each candidate for the classes left out. */
  auroc: Record<string, number>;
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
  /** All of them, [rows, classes]. */
  probabilities: Float32Array;
}

/** Temperature and threshold of a head, from held-out in-distribution rows. */
export interface Calibration {
  /** The scorer that the threshold is for; for "auto", the one that it resolved to. */
  scorer: ScorerName;
  /** Promised share of in-distribution rows that are rejected. */
  alpha: number;
  /**
   * A row is rejected when its score is above this; infinite when the rows are too few for this
   * alpha.
   */
  threshold: number;
  /**
   * Softmax temperature that minimises the negative log-likelihood of the calibration rows (Guo et
   * al., ICML 2017).
   */
  temperature: number;
  /**
   * Expected calibration error of the calibration rows at temperature 1 (15 equal-width bins, [0,
   * 1]).
   */
  eceBefore: number;
  /** The same at `temperature`. */
  eceAfter: number;
  /** Calibration rows used. */
  rows: number;
  /** Why the promise may not hold (too few rows, rows seen in training). */
  warning?: string;
}

/** The gate's decision on each row. */
export interface GateResult extends Prediction {
  /** 1 where the row is accepted as in-distribution, 0 where it is rejected, [rows]. */
  accepted: Uint8Array;
  /** OOD score, higher = more out-of-distribution, [rows]. */
  score: Float32Array;
  /**
   * Conformal p-value (1 + #{calibration score >= score}) / (n + 1), [rows], rounded to float32:
   * `accepted` compares it unrounded with alpha.
   */
  pValue: Float32Array;
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
}
