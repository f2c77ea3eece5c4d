import type { Backend, Features, Labels } from "./inputs.js";
import type {
  CalibrationOptions,
  CallOptions,
  CompleteOptions,
  CrossCalibrationOptions,
  ExportOptions,
  FitOptions,
  ScoreOptions,
  SelectionOptions,
} from "./options.js";
import type {
  Calibration,
  Evaluation,
  FitResult,
  GateResult,
  Prediction,
  Selection,
  StepResult,
} from "./results.js";

/** A classifier head that trains and scores. Calls on one head are queued and never overlap. */
export interface Head {
  /** Length of one feature vector. */
  readonly features: number;
  /** Class names. */
  readonly classes: readonly string[];
  /**
   * What the head was made of, defaults included: `createHead(head.options)` makes an untrained one
   * like it. `backend` and `worker` are those that were asked for. Frozen.
   */
  readonly options: Readonly<CompleteOptions>;
  /** Where the arithmetic runs. */
  readonly backend: Backend;
  /** Why "auto" did not take WebGPU, when it did not. */
  readonly fallbackReason?: string;
  /** Updates made so far. */
  readonly steps: number;
  /**
   * The last calibration, until the head is trained further, or is given other training rows for a
   * scorer that compares with them.
   */
  readonly calibration?: Calibration;

  /** One optimiser update on one batch. */
  trainStep(
    features: Features,
    labels: Labels,
    options?: { learningRate?: number },
  ): Promise<StepResult>;
  /** Many updates over a data set that is uploaded once. */
  fit(features: Features, labels: Labels, options?: FitOptions): Promise<FitResult>;

  /** Raw logits, [rows, classes]: never normalised, never divided by tau. */
  logits(features: Features): Promise<Float32Array>;
  /** The most probable class of each row, and all probabilities. */
  predict(features: Features): Promise<Prediction>;
  /**
   * OOD score of each row, [rows]; higher = more out-of-distribution, whatever the scorer. Default
   * scorer: "auto".
   */
  oodScore(features: Features, options?: ScoreOptions): Promise<Float32Array>;

  /**
   * Remembers training rows, [rows, features] and a class for each, for the scorers that compare
   * with them, in place of those remembered before. `fit` does it by itself, with the rows that it
   * learns from; a `trainStep` loop calls it once at the end. Statistics are computed when a scorer
   * first needs them and again after further training, so they are always those of the head as it
   * is.
   */
  fitScorers(features: Features, labels: Labels): Promise<void>;
  /**
   * Chooses the scorer that "auto" resolves to, from in-distribution rows alone: classes are left
   * out by turns as pseudo-unknowns, a small head is trained on the rest for each, and the
   * candidates are ranked by how well they tell the two apart. "auto" itself, the combination,
   * keeps its place unless a single scorer is better in every turn. Needs rows of at least two
   * classes.
   */
  selectScorer(features: Features, labels: Labels, options?: SelectionOptions): Promise<Selection>;
  /**
   * Temperature and rejection threshold from held-out in-distribution rows (never the training
   * rows). Too few rows for `alpha` (fewer than 1/alpha - 1, 19 for 0.05) reject with code
   * "too-few-rows".
   */
  calibrate(features: Features, labels: Labels, options?: CalibrationOptions): Promise<Calibration>;
  /**
   * The same from the rows that the head remembers, by cross-validation: nothing need be held out.
   * They are left out by turns, heads like this one are trained on the others, and what these say
   * of the rows left out sets temperature and threshold. Rows of one group are left out together;
   * rows without groups in runs of each class, in the order in which they were given.
   */
  calibrate(options?: CrossCalibrationOptions): Promise<Calibration>;
  /** Classifies rows, and accepts or rejects each as in-distribution. Needs `calibrate`. */
  gate(features: Features, options?: CallOptions): Promise<GateResult>;
  /**
   * Accuracy and calibration error on labelled in-distribution rows, and how a scorer separates
   * them from `ood` rows.
   */
  evaluate(
    id: { features: Features; labels: Labels },
    ood: { features: Features },
    options?: ScoreOptions,
  ): Promise<Evaluation>;

  /**
   * The head as one safetensors file: weights under PyTorch's names and in its layout [out, in],
   * optimiser state, the training rows that scorers compare with, calibration, options and seed.
   * `loadHead` restores it. Warning: the file holds those training rows.
   */
  save(): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * The head and its gate as an ONNX model: features [rows, features] in; logits, probabilities,
   * score, p-value, accepted and class names out. Needs `calibrate`. With a scorer that searches
   * among training rows, as "auto" does, the model holds some of them, which
   * `includeTrainingRows: true` says is meant.
   */
  exportOnnx(options?: ExportOptions): Promise<Uint8Array<ArrayBuffer>>;

  /**
   * Frees the head's memory. A fit or selection under way, calls that have not begun and later ones
   * reject with code "disposed"; with `worker: true` whatever is under way does, and the Worker
   * ends at once. Idempotent.
   */
  dispose(): void;
  /** The same, for `using head = await createHead(...)`. */
  [Symbol.dispose](): void;
}
