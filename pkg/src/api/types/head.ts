import type { Backend, Features, Labels } from "./inputs.js";
import type {
  CalibrationOptions,
  CallOptions,
  CompleteOptions,
  CrossCalibrationOptions,
  ExplainOptions,
  ExportOptions,
  FitOptions,
  MonitorOptions,
  RefitOptions,
  RemoveClassOptions,
  RowOptions,
  SaveOptions,
  ScoreOptions,
  SelectionOptions,
} from "./options.js";
import type {
  Calibration,
  Evaluation,
  Explanation,
  FitResult,
  GateResult,
  Monitor,
  NamedWeights,
  Prediction,
  RememberedRows,
  Selection,
  StepResult,
} from "./results.js";

/** A classifier head that trains and scores. Calls on one head are queued and never overlap. */
export interface Head {
  /** Length of one feature vector. */
  readonly features: number;
  /** Class names; another list after `addClass`, `renameClass` or `removeClass`. */
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
  /** How many rows are remembered: in all, of each class, and examples of the unknown. */
  readonly rows: RememberedRows;

  /**
   * One optimiser update on one batch. One that diverges (the loss or a weight leaves single
   * precision) rejects with code "not-finite", names the learning rate, and is undone: the head is
   * as it was before the call.
   */
  trainStep(
    features: Features,
    labels: Labels,
    options?: { learningRate?: number },
  ): Promise<StepResult>;
  /**
   * Many updates over a data set that is uploaded once. Training that diverges rejects with code
   * "not-finite", names the learning rate, and leaves the head with the last finite weights: on
   * WebGPU those of the last epoch whose loss was read (with `onEpoch` or `patience`), or those
   * before the fit. Of rows beyond 16 MiB the rest is copied while the page goes on: leave them as
   * they are until the fit has ended.
   */
  fit(features: Features, labels: Labels, options?: FitOptions): Promise<FitResult>;
  /**
   * The same over the rows that the head remembers. Rows that `validationSplit` holds out stay
   * remembered: they measure, and do not calibrate.
   */
  fit(options?: RefitOptions): Promise<FitResult>;

  /**
   * Adds rows to those that the head remembers, without training; `fit()` then learns from all of
   * them. `labels` null: examples of what is none of the classes, to which "auto" adds a part for
   * likeness; they never set a threshold, so that a calibration after them keeps its promise.
   * Resolves to an id for each row. Ids count up over the head's life: the rows of a `fit` or
   * `fitScorers` have ids, too, that of row i being the first one plus i. Ends a calibration for a
   * scorer that compares with rows.
   */
  addRows(features: Features, labels: Labels | null, options?: RowOptions): Promise<Uint32Array>;
  /** The ids of all remembered rows, those with a class first, then examples of the unknown. */
  rowIds(): Promise<Uint32Array>;
  /**
   * Forgets rows, wherever they are kept: memory, statistics, the fingerprints of rows that were
   * learnt from, the next `save`. What the weights learnt from them stays until the next `fit()`.
   * Ids of no row are passed over. Resolves to how many rows there were.
   */
  removeRows(ids: ArrayLike<number>): Promise<number>;
  /**
   * A new class behind the others; resolves to its index. Until it is learnt its logit is the mean
   * of the others', never the largest. The others keep weights, optimiser state and rows. Ends the
   * calibration.
   */
  addClass(name: string): Promise<number>;
  /** Another name for a class. Ends no calibration. */
  renameClass(from: string, to: string): Promise<void>;
  /**
   * Removes a class; the others keep what they learnt, and those behind it move up. Ends the
   * calibration.
   */
  removeClass(name: string, options?: RemoveClassOptions): Promise<void>;

  /** Raw logits, [rows, classes]: never normalised, never divided by tau. */
  logits(features: Features): Promise<Float32Array>;
  /** The most probable class of each row, and all probabilities. */
  predict(features: Features): Promise<Prediction>;
  /**
   * OOD score of each row, [rows]; higher = more out-of-distribution, whatever the scorer. Default
   * scorer: "auto". Finite or `Infinity`: a row whose numbers leave single precision on the way is
   * infinitely far for every scorer.
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
   * keeps its place unless a single scorer is better in every turn, by 5 points of AUROC and 3
   * standard errors on the mean; `reason` says so. Needs rows of at least two classes.
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
  /**
   * Classifies rows, and accepts or rejects each as in-distribution. Needs `calibrate`. A row that
   * is infinitely far is rejected.
   */
  gate(features: Features, options?: CallOptions): Promise<GateResult>;
  /**
   * Why rows get their verdicts: the nearest remembered rows, and the parts of the score that the
   * gate compares (before `calibrate`, of "auto").
   */
  explain(features: Features, options?: ExplainOptions): Promise<Explanation>;
  /**
   * Watches the p-values of the gate's answers for a stream that moved as a whole. Needs
   * `calibrate`, without `perClass`.
   */
  monitor(options?: MonitorOptions): Monitor;
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
   * `loadHead` restores it. Warning: the file holds those training rows, unless `rows` is "none".
   */
  save(options?: SaveOptions): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * All parameters under PyTorch's names ("0.weight", "0.bias", ...), shapes [out, in] and [out],
   * for features as they come; without rows.
   */
  weights(): Promise<NamedWeights>;
  /**
   * Takes the place of all parameters: the same names and shapes, finite numbers. Optimiser state
   * and `steps` stay; a calibration ends. A head that has not trained takes features as they come
   * from then on, as with `standardize: false`.
   */
  setWeights(weights: NamedWeights): Promise<void>;
  /**
   * The head and its gate as an ONNX model: features [rows, features] in; logits, probabilities,
   * score, p-value, accepted and class names out. Needs `calibrate`. With a scorer that searches
   * among training rows, as "auto" does, the model holds some of them, which
   * `includeTrainingRows: true` says is meant. With `pooling` or `normalize` the graph begins where
   * a backbone ends.
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
