/// <reference lib="esnext.disposable" preserve="true" />
/**
 * A batch of feature vectors, [rows, features], float32, row-major. Accepted forms: a Float32Array
 * whose length is a multiple of `features`; any object with `data` and `dims` ([rows, features] or
 * [features]), such as a transformers.js or onnxruntime-web tensor; an array of equally long rows.
 * Float64Array and Float16Array, and tensors of them, are converted.
 */
type Features = Float32Array | Float64Array | HalfFloats | {
    /** The rows, one after the other: floats, which the call checks. */
    readonly data: unknown;
    /** [rows, features], or [features] for one row. */
    readonly dims: readonly number[];
} | ReadonlyArray<ArrayLike<number>>;
/** A Float16Array, which not every TypeScript library declares. */
interface HalfFloats extends ArrayLike<number> {
    /** "Float16Array". */
    readonly [Symbol.toStringTag]: "Float16Array";
}
/**
 * One class per row: an index in [0, classes), or a class name when the head was created with
 * names.
 */
type Labels = Int32Array | Uint32Array | Uint16Array | Uint8Array | ReadonlyArray<number> | ReadonlyArray<string>;
/** Where a head's arithmetic runs. */
type Backend = "cpu" | "webgpu";
/** A wasm file that a caller hands over instead of letting the package fetch its own. */
type WasmSource = URL | string | Response | BufferSource | WebAssembly.Module;
/**
 * The address of the Worker's script; a `TrustedScriptURL` where the page requires Trusted Types.
 */
type WorkerSource = URL | string | TrustedAddress;
/** As much of a `TrustedScriptURL` as TypeScript's own library knows of every address. */
interface TrustedAddress {
    /** The address. */
    toJSON(): string;
    /** The address. */
    toString(): string;
}

/** Scores that need no training rows. */
type LogitScorer = "msp" | "maxLogit" | "energy" | "entropy" | "gen" | "maxCosine" | "gradNorm" | "odin";
/** Scores that compare with the training rows: see `fitScorers`. */
type FittedScorer = "klMatching" | "knn" | "mahalanobis" | "rmd" | "gda" | "vim" | "residual" | "she" | "nnGuide" | "fdbd" | "nci" | "react" | "dice" | "ash" | "scale";
/** Every scorer; "auto" combines several, see `selectScorer`. */
type ScorerName = LogitScorer | FittedScorer | "auto";
/** A scorer with its parameters; the compiler knows each scorer's own and refuses others. */
type ScorerOptions = {
    /** Maximum softmax probability. */
    name: "msp";
    /** Softmax temperature, above 0; default 1. */
    temperature?: number | undefined;
} | {
    /** Maximum logit. */
    name: "maxLogit";
} | {
    /** Free energy of the logits. */
    name: "energy";
    /** Softmax temperature, above 0; default 1. */
    temperature?: number | undefined;
} | {
    /** Entropy of the softmax, in nats. */
    name: "entropy";
    /** Softmax temperature, above 0; default 1. */
    temperature?: number | undefined;
} | {
    /** Generalised entropy of the most probable classes. */
    name: "gen";
    /** Exponent, above 0; default 0.1 (the paper's and OpenOOD's). */
    gamma?: number | undefined;
    /** How many of the largest probabilities count, at least 1; default 100 (OpenOOD's). */
    m?: number | undefined;
    /** Softmax temperature, above 0; default 1. */
    temperature?: number | undefined;
} | {
    /** Largest cosine between the logits and a class axis. */
    name: "maxCosine";
} | {
    /** L1 norm of the last layer's gradient towards the uniform distribution. */
    name: "gradNorm";
} | {
    /** Softmax probability after a small step on the features (ODIN). */
    name: "odin";
    /** Softmax temperature, above 0; default 1000. */
    temperature?: number | undefined;
    /** Step on the features, in their units, at least 0; default 0.0014. */
    epsilon?: number | undefined;
} | {
    /** Divergence from the nearest class's typical posterior. */
    name: "klMatching";
} | {
    /** Distance to the k-th nearest training row. */
    name: "knn";
    /** Neighbours, at least 1; default 50, or all training rows if they are fewer. */
    k?: number | undefined;
} | {
    /** Mahalanobis distance to the nearest class mean. */
    name: "mahalanobis";
    /** Added to the covariance's diagonal, in units of its mean, at least 0; default 1e-6. */
    ridge?: number | undefined;
    /** Takes features at unit length; default false. */
    normalize?: boolean | undefined;
} | {
    /** Relative Mahalanobis distance. */
    name: "rmd";
    /** Added to the covariance's diagonal, in units of its mean, at least 0; default 1e-6. */
    ridge?: number | undefined;
    /** Takes features at unit length; default false. */
    normalize?: boolean | undefined;
} | {
    /** Density of Gaussian discriminant analysis: for measured features. */
    name: "gda";
    /** Added to each feature's variance, as a share of it, above 0; default 0.1. */
    ridge?: number | undefined;
} | {
    /** Virtual-logit matching: residual against energy. */
    name: "vim";
    /** Principal dimensions left out, at least 1; default half of the features. */
    dimensions?: number | undefined;
} | {
    /** Distance from the principal subspace of the training rows. */
    name: "residual";
    /** Principal dimensions left out, at least 1; default half of the features. */
    dimensions?: number | undefined;
} | {
    /** Simplified Hopfield energy: product with the class's stored pattern. */
    name: "she";
} | {
    /** Energy guided by the nearest training rows. */
    name: "nnGuide";
    /** Neighbours, at least 1; default 10, or all training rows if they are fewer. */
    k?: number | undefined;
} | {
    /** Fast decision boundary distance. */
    name: "fdbd";
} | {
    /** Neural-collapse-inspired score: alignment with the class's weight. */
    name: "nci";
    /** Weight of the features' L1 norm, at least 0; default 0 (pytorch-ood's). */
    alpha?: number | undefined;
} | {
    /** Energy after clipping large inputs of the last layer (ReAct). */
    name: "react";
    /** Where inputs are clipped, per cent in (0, 100); default 90. */
    percentile?: number | undefined;
} | {
    /** Energy of a sparsified last layer (DICE). */
    name: "dice";
    /** Weights below it are dropped, per cent in (0, 100); default 90. */
    percentile?: number | undefined;
} | {
    /** Energy after pruning the last layer's inputs (ASH); inputs must not be negative. */
    name: "ash";
    /** Inputs below it are pruned, per cent in (0, 100); default 65. */
    percentile?: number | undefined;
    /** What becomes of the kept inputs: "s" (default) scales, "p" keeps, "b" makes them alike. */
    variant?: "s" | "p" | "b" | undefined;
} | {
    /** Energy after scaling the last layer's inputs (SCALE); inputs must not be negative. */
    name: "scale";
    /** Inputs below it are left out, per cent in (0, 100); default 65. */
    percentile?: number | undefined;
} | {
    /** The default: how unsure the head is, and three distances from the training rows. */
    name: "auto";
};
/** A scorer by name, or with parameters. */
type Scorer = ScorerName | ScorerOptions;

/** The result of one update. */
interface StepResult {
    /** Mean loss of this batch, before the update. Nats. */
    loss: number;
    /** Share of this batch classified correctly before the update, [0, 1]. */
    accuracy: number;
    /** Updates made so far, this one included. */
    step: number;
}
/** One finished epoch. */
interface EpochProgress {
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
interface FitResult {
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
interface Selection {
    /** The scorer that "auto" resolves to from now on; "auto" is the combination. */
    scorer: ScorerName;
    /** Mean AUROC of each candidate for the classes left out. */
    auroc: Record<string, number>;
    /** Why the combination keeps its place, where another candidate did better on the mean. */
    reason?: string;
}
/** Classes and their probabilities. */
interface Prediction {
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
interface Calibration {
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
interface GateResult extends Prediction {
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
interface GatedRow {
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
interface Evaluation {
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
interface RememberedRows {
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
interface Explanation {
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
type NamedWeights = Record<string, {
    /** [out, in] of a weight, [out] of a bias. */
    readonly shape: readonly number[];
    /** Row-major. */
    readonly data: Float32Array;
}>;
/**
 * Tells a stream that moved as a whole (another camera, another build of the backbone) from single
 * unknown rows.
 */
interface Monitor {
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

/** The training loss. */
type LossOptions = 
/**
 * Cross-entropy on f / ((|f| + 1e-7) tau) (Wei et al., ICML 2022). Used in training only: logits,
 * probabilities and scores are those of f itself.
 */
{
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
type OptimizerOptions = 
/** Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019). */
{
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
interface HeadOptions {
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
interface MemoryOptions {
    /**
     * Rows of each class, and examples of the unknown; at least 1. Where rows have groups, the oldest
     * of the class's largest group go, so that groups stay as even as they can be.
     */
    perClass?: number;
    /** Rows of each group in each class, at least 1, where rows have groups. */
    perGroup?: number;
}
/** A head's options with their defaults. */
interface CompleteOptions extends Required<HeadOptions> {
    /** Class names. */
    readonly classes: readonly string[];
}
/** Options of `loadHead`. */
interface LoadOptions {
    /** Where its arithmetic runs from now on, whatever it was saved on. Default "auto". */
    backend?: "auto" | Backend;
    /** Run in a dedicated Worker behind the same interface. Default false. */
    worker?: boolean;
}
/** What may be said of rows beside their labels. */
interface RowOptions {
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
interface FitOptions extends RowOptions {
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
type RefitOptions = Omit<FitOptions, "groups" | "weights" | "remember">;
/** Options of `removeClass`. */
interface RemoveClassOptions {
    /** Whether its rows are forgotten (default) or become examples of the unknown. */
    rows?: "forget" | "unknown";
}
/** Options of `explain`. */
interface ExplainOptions extends CallOptions {
    /** Neighbours of each row, at most as many as rows are remembered. Default 5, or all there are. */
    k?: number;
}
/** Options of `monitor`. */
interface MonitorOptions {
    /** Share of unmoved streams that may ever raise an alarm, in (0, 1). Default 0.01. */
    alpha?: number;
}
/** Options of `save`. */
interface SaveOptions {
    /**
     * How the file holds the rows that the head remembers: as they are ("float32", default), at half
     * precision ("float16": half the size, numbers to 3 digits; refused where one is above 65504 or
     * they are below 0.0001 on the mean), or not at all ("none": weights and thresholds alone; a
     * scorer that compares with rows cannot score then).
     */
    rows?: "float32" | "float16" | "none";
}
/** Options of `selectScorer`. */
interface SelectionOptions {
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
interface ExportOptions {
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
interface CallOptions {
    /** Rejects with the signal's reason at once; the answer, if one is under way, is dropped. */
    signal?: AbortSignal;
}
/** Options of `oodScore` and `evaluate`. */
interface ScoreOptions extends CallOptions {
    /** Default "auto". */
    scorer?: Scorer;
}
/** Options of `calibrate`. */
interface CalibrationOptions {
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
interface CrossCalibrationOptions extends CalibrationOptions, Pick<RowOptions, "groups"> {
    /** Parts of the rows that are left out by turns; at least 2. Default 5, or by `groups`. */
    folds?: number;
    /** Stops between batches and rejects with the signal's reason; the head is as it was. */
    signal?: AbortSignal;
}

/** A classifier head that trains and scores. Calls on one head are queued and never overlap. */
interface Head {
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
    trainStep(features: Features, labels: Labels, options?: {
        learningRate?: number;
    }): Promise<StepResult>;
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
    evaluate(id: {
        features: Features;
        labels: Labels;
    }, ood: {
        features: Features;
    }, options?: ScoreOptions): Promise<Evaluation>;
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

/** Creates a head: seeded, untrained weights on the backend asked for. */
declare function createHead(options: HeadOptions): Promise<Head>;
/**
 * Restores a head from the bytes that `save` made: the next `trainStep`, scores, gate and p-values
 * are those of the head that was saved. Also takes weights from PyTorch: a safetensors file with
 * the state dict of a `Linear`, or of a `Sequential` of `Linear` layers with ReLU between them,
 * which gets default options and classes named "0", "1", ... Of a file beyond 16 MiB the rest is
 * copied while the page goes on: leave it as it is until the head is there.
 */
declare function loadHead(file: Uint8Array | ArrayBuffer, options?: LoadOptions): Promise<Head>;

/** Stable codes of everything that can go wrong. */
type ErrorCode = "invalid-option" | "invalid-features" | "invalid-labels" | "not-finite" | "scorer-not-fitted" | "not-calibrated" | "too-few-rows" | "invalid-file" | "disposed" | "webgpu-unavailable" | "device-lost" | "out-of-memory" | "wasm-unavailable" | "worker-unavailable" | "crashed" | "quota-exceeded" | "storage-unavailable" | "server-unavailable" | "server-refused" | "server-incompatible";
/**
 * Every rejection of this package is one of these. Two are not: an aborted call rejects with its
 * signal's reason, and a fit that `onEpoch` ended with the listener's error. The head is as it was
 * before the call, or, where a fit diverged, has the last finite weights; after a fault of the
 * platform it is restored from what could be saved (docs/errors.md).
 */
declare class OodgateError extends Error {
    /** What went wrong, for programs; `message` says it for people. */
    readonly code: ErrorCode;
    /** For the package itself: a caller meets these errors, and has no need to make one. */
    constructor(code: ErrorCode, message: string, options?: ErrorOptions);
}

/** What `init` takes. */
interface InitOptions {
    /** The CPU engine's file, which is loaded at once: "oodgate/cpu.wasm" of this version. */
    wasm?: WasmSource;
    /** The WebGPU engine's, loaded when a head first needs it: "oodgate/webgpu.wasm", likewise. */
    webgpuWasm?: WasmSource;
    /**
     * The file formats', loaded when a head is first saved, exported or loaded: "oodgate/files.wasm",
     * likewise.
     */
    filesWasm?: WasmSource;
    /** Address of the script of heads with `worker: true`: "oodgate/worker" of this version. */
    worker?: WorkerSource;
}
/**
 * Optional: loads the CPU engine ahead of the first head, from a wasm file that the caller hands
 * over (URL, Response, bytes or compiled module) or else from beside the script, and remembers
 * where the other files are. Idempotent: what is loaded stays loaded.
 */
declare function init(options?: InitOptions): Promise<void>;

/**
 * Metrics on plain score arrays. `id` and `ood` are OOD scores (higher = more out-of-distribution)
 * of in-distribution and out-of-distribution rows. In a browser they need the wasm file: call them
 * after `await init()`, or once there is a head in the same thread.
 */
declare const metrics: {
    /** Area under the ROC curve, OOD positive, [0, 1]; ties count one half. */
    auroc(id: ArrayLike<number>, ood: ArrayLike<number>): number;
    /** Average precision with ID as the positive class. */
    auprIn(id: ArrayLike<number>, ood: ArrayLike<number>): number;
    /** Average precision with OOD as the positive class. */
    auprOut(id: ArrayLike<number>, ood: ArrayLike<number>): number;
    /**
     * Share of OOD accepted when `tpr` (default 0.95) of ID is kept: FPR95, ID-positive as in the
     * LogitNorm paper.
     */
    fprAtTpr(id: ArrayLike<number>, ood: ArrayLike<number>, tpr?: number): number;
    /**
     * Expected calibration error of probabilities [rows, classes]; equal-width bins (lo, hi], default
     * 15. In [0, 1].
     */
    ece(probabilities: Float32Array, labels: Labels, bins?: number): number;
};

export { OodgateError, createHead, init, loadHead, metrics };
export type { Backend, Calibration, CalibrationOptions, CallOptions, CompleteOptions, CrossCalibrationOptions, EpochProgress, ErrorCode, Evaluation, ExplainOptions, Explanation, ExportOptions, Features, FitOptions, FitResult, FittedScorer, GateResult, GatedRow, HalfFloats, Head, HeadOptions, InitOptions, Labels, LoadOptions, LogitScorer, LossOptions, MemoryOptions, Monitor, MonitorOptions, NamedWeights, OptimizerOptions, Prediction, RefitOptions, RememberedRows, RemoveClassOptions, RowOptions, SaveOptions, ScoreOptions, Scorer, ScorerName, ScorerOptions, Selection, SelectionOptions, StepResult, TrustedAddress, WasmSource, WorkerSource };
