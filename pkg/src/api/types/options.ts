import type { Backend, Features, Labels } from "./inputs.js";
import type { EpochProgress } from "./results.js";
import type { Scorer, ScorerName } from "./scorers.js";

/** The training loss. */
export type LossOptions =
  /**
   * Cross-entropy on f / ((|f| + 1e-7) tau) (Wei et al., ICML 2022). Used in training only: logits,
   * probabilities and scores are those of f itself.
   */
  | {
      /** Logits normalised to unit length. */
      kind: "logitNorm";
      /** The temperature, above 0. Default 0.15 / ln(classes): 0.22 for 2, 0.03 for 150. */
      tau?: number;
      /** Share of the target that is spread over all classes, in [0, 1). Default 0. */
      labelSmoothing?: number;
    }
  /** Plain softmax cross-entropy: the baseline. */
  | {
      /** Logits as they are. */
      kind: "crossEntropy";
      /** Share of the target that is spread over all classes, in [0, 1). Default 0. */
      labelSmoothing?: number;
    };

/** The update rule, with the semantics of PyTorch's optimisers. */
export type OptimizerOptions =
  /** Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019). */
  | {
      /** Adam with decoupled weight decay. */
      kind: "adamw";
      /** Default 0.01. */
      learningRate?: number;
      /** Decay of the gradient's running mean. Default 0.9. */
      beta1?: number;
      /** Decay of the squared gradient's running mean. Default 0.999. */
      beta2?: number;
      /** Added to the denominator. Default 1e-8. */
      epsilon?: number;
      /** Decoupled: the weights shrink by learningRate * weightDecay a step. Default 0. */
      weightDecay?: number;
    }
  /** Stochastic gradient descent. */
  | {
      /** Stochastic gradient descent. */
      kind: "sgd";
      /** Default 0.001. */
      learningRate?: number;
      /** Default 0. */
      momentum?: number;
      /** Looks ahead along the momentum, which it needs. Default false. */
      nesterov?: boolean;
      /** An L2 term in the gradient. Default 0. */
      weightDecay?: number;
    };

/** Options of `createHead`. */
export interface HeadOptions {
  /** Length of one feature vector. */
  features: number;
  /** Class names, or how many classes (named "0", "1", ...). At least one. */
  classes: number | readonly string[];
  /** Widths of hidden ReLU layers; [] (the default) is a linear head. */
  hidden?: readonly number[];
  /** Default { kind: "logitNorm" }. */
  loss?: LossOptions;
  /**
   * Default { kind: "adamw", learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8,
   * weightDecay: 0 }.
   */
  optimizer?: OptimizerOptions;
  /**
   * "auto" (default) takes whichever is expected to be faster for this head here, and says why it
   * fell back.
   */
  backend?: "auto" | Backend;
  /**
   * Same seed, same data, same backend: same weights, bit for bit. An integer in [0, 2^53). Default
   * 0.
   */
  seed?: number;
  /**
   * Whether features are brought to a common scale before the first layer, by an affine map taken
   * from the first rows that train, and anew by a fit of rows on quite another scale; saved weights
   * include it. Default true. False trains on features as they come, as the same layers in PyTorch
   * would.
   */
  standardize?: boolean;
  /** How many rows the head remembers. Default: all that it is given. */
  memory?: MemoryOptions;
  /**
   * Run in a dedicated Worker behind the same interface, so that the head never blocks the page.
   * Default false. Arrays are copied to it, except those that the package made itself; answers are
   * transferred.
   */
  worker?: boolean;
}

/**
 * Limits of what a head remembers; `fit` and `addRows` drop what is more, the oldest first, before
 * anything is learnt. `head.rows.dropped` counts it, and `rowIds` says which rows are there.
 */
export interface MemoryOptions {
  /**
   * Rows of each class, and examples of the unknown; at least 1. Where rows have groups, the oldest
   * of the class's largest group go, so that groups stay as even as they can be.
   */
  perClass?: number;
  /** Rows of each group in each class, at least 1, where rows have groups. */
  perGroup?: number;
}

/** A head's options with their defaults. */
export interface CompleteOptions extends Required<HeadOptions> {
  /** Class names. */
  readonly classes: readonly string[];
}

/** Options of `loadHead`. */
export interface LoadOptions {
  /** Where its arithmetic runs from now on, whatever it was saved on. Default "auto". */
  backend?: "auto" | Backend;
  /** Run in a dedicated Worker behind the same interface. Default false. */
  worker?: boolean;
}

/** What may be said of rows beside their labels. */
export interface RowOptions {
  /**
   * Rows that belong together (frames of one recording, sentences of one author): a number or a
   * text for each row. Rows of one group are never parted, not by `validationSplit` and not by the
   * folds of `calibrate`.
   */
  groups?: ArrayLike<number> | readonly string[];
  /**
   * How much each row counts in the loss, at least 0; only their proportions matter. Statistics of
   * scorers, and calibrations, count every row once. Default 1.
   */
  weights?: ArrayLike<number>;
}

/** Options of `fit`. */
export interface FitOptions extends RowOptions {
  /**
   * Passes over the rows. Default: as many as make 500 updates, at least 4, or 8 with
   * cross-entropy. LogitNorm then varies the rows that it learns from as rows of one class vary; with
   * a number given, it takes them as they are.
   */
  epochs?: number;
  /** Rows per update; the last, smaller batch is used too. Default 128. */
  batchSize?: number;
  /** Learning-rate schedule over the whole fit. Default "cosine" (to 0). */
  schedule?: "constant" | "cosine";
  /**
   * Share of rows held out, stratified and by seed, [0, 1), for early stopping and for `calibrate`,
   * which a fit with enough held-out rows does at its end with the default options; `warning` says
   * when they are too few. Default 0.
   */
  validationSplit?: number;
  /**
   * How much each class counts in the loss: "balanced" makes all classes count alike (rows /
   * (classes x rows of the class), as in scikit-learn), an array says it class by class, at least
   * 0. Default: as many times as it has rows.
   */
  classWeights?: "balanced" | ArrayLike<number>;
  /**
   * What becomes of the rows that the head remembers: "replace" (default) forgets them, and rejects
   * where that would forget all rows of a class that the head has learnt; "add" keeps them and
   * learns from them, too (a row that is there already is not stored twice).
   */
  remember?: "replace" | "add";
  /** Rows to hold out, in place of `validationSplit`. */
  validation?: {
    /** The rows. */
    features: Features;
    /** A class for each. */
    labels: Labels;
  };
  /**
   * Stop after so many epochs without a better validation loss, and keep the weights of the best
   * epoch. Needs `validationSplit` or `validation`.
   */
  patience?: number;
  /**
   * Called after each epoch; before the last one the loss is read back from the device only when
   * this or `patience` is given. Its promise, if it returns one, is not awaited; an error that it
   * throws, or rejects with while the fit runs, ends the fit.
   */
  onEpoch?: (progress: EpochProgress) => void;
  /**
   * Stops between batches and rejects with the signal's reason; the head keeps the weights reached
   * so far.
   */
  signal?: AbortSignal;
}

/** Options of `fit` over the rows that the head remembers, which have their groups and weights. */
export type RefitOptions = Omit<FitOptions, "groups" | "weights" | "remember">;

/** Options of `removeClass`. */
export interface RemoveClassOptions {
  /** Whether its rows are forgotten (default) or become examples of the unknown. */
  rows?: "forget" | "unknown";
}

/** Options of `explain`. */
export interface ExplainOptions extends CallOptions {
  /** Neighbours of each row, at most as many as rows are remembered. Default 5, or all there are. */
  k?: number;
}

/** Options of `monitor`. */
export interface MonitorOptions {
  /** Share of unmoved streams that may ever raise an alarm, in (0, 1). Default 0.01. */
  alpha?: number;
}

/** Options of `save`. */
export interface SaveOptions {
  /**
   * How the file holds the rows that the head remembers: as they are ("float32", default), at half
   * precision ("float16": half the size, numbers to 3 digits; refused where one is above 65504 or
   * they are below 0.0001 on the mean), or not at all ("none": weights and thresholds alone; a
   * scorer that compares with rows cannot score then).
   */
  rows?: "float32" | "float16" | "none";
}

/** Options of `selectScorer`. */
export interface SelectionOptions {
  /**
   * Scorers to compare, with their default parameters. Default: "auto" and seven that work on any
   * features.
   */
  candidates?: readonly ScorerName[];
  /** Parts into which the classes are divided, each left out once; at least 2. Default 3. */
  folds?: number;
  /**
   * Stops between batches and rejects with the signal's reason; "auto" resolves to what it did
   * before.
   */
  signal?: AbortSignal;
}

/** Options of `exportOnnx`. */
export interface ExportOptions {
  /**
   * Says that the file may hold training rows: needed for a calibration with "auto", "knn" or
   * "nnGuide", which search among them. Whoever has the file has those rows. Default false.
   */
  includeTrainingRows?: boolean;
  /**
   * How many training rows the file holds at most, for those scorers: a smaller and faster file
   * whose scores are no longer exactly the head's. Default: all that the scorer searches among,
   * which for "auto" are 4096, or 2048 of 1280 features.
   */
  bank?: number;
  /**
   * Stores matrices with 11 binary digits in place of 24, in half the bytes; arithmetic is float32
   * all the same. Default false.
   */
  float16?: boolean;
  /**
   * What comes before the head in the graph, by the names of transformers.js. With "mean" its
   * inputs are a backbone's `last_hidden_state` [rows, tokens, features] and `attention_mask`
   * [rows, tokens], and features are the mean over the tokens that the mask does not leave out; with
   * "cls" the input is `last_hidden_state` alone, of which the first token is taken. Default: the
   * input is `features` [rows, features].
   */
  pooling?: "mean" | "cls";
  /** Brings rows to unit length in the graph, after `pooling`. Default false. */
  normalize?: boolean;
}

/** Options of a call that can be ended. */
export interface CallOptions {
  /** Rejects with the signal's reason at once; the answer, if one is under way, is dropped. */
  signal?: AbortSignal;
}

/** Options of `oodScore` and `evaluate`. */
export interface ScoreOptions extends CallOptions {
  /** Default "auto". */
  scorer?: Scorer;
}

/** Options of `calibrate`. */
export interface CalibrationOptions {
  /** Share of in-distribution rows that may be rejected, in (0, 1). Default 0.05. */
  alpha?: number;
  /** The scorer of the gate. Default "auto". */
  scorer?: Scorer;
  /**
   * Whether the promise is to hold for each class, not only over all of them. Classes with fewer
   * than 1/alpha - 1 rows share one threshold. Default false.
   */
  perClass?: boolean;
  /**
   * With fewer rows than alpha needs: a threshold from mean and deviation of the scores instead of
   * the error "too-few-rows". Default false.
   */
  provisional?: boolean;
  /** Rejects with the signal's reason, unless the calibration has begun. */
  signal?: AbortSignal;
}

/** Options of `calibrate` from the head's own rows. */
export interface CrossCalibrationOptions extends CalibrationOptions, Pick<RowOptions, "groups"> {
  /** Parts of the rows that are left out by turns; at least 2. Default 5, or by `groups`. */
  folds?: number;
  /** Stops between batches and rejects with the signal's reason; the head is as it was. */
  signal?: AbortSignal;
}
