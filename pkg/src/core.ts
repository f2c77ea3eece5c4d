import type {
  Backend, Calibration, Evaluation, FitOptions, FitResult, GateResult, Prediction, Scorer, Selection, SelectionOptions, StepResult,
} from "./types.js";

/** A prediction without the names of its classes, which are the public head's business. */
export type RawPrediction = Omit<Prediction, "label">;
/** A gate's answer, likewise. */
export type RawVerdicts = Omit<GateResult, keyof Prediction> & { prediction: RawPrediction };

/** What there is to know of a core between calls. */
export interface Facts {
  backend: Backend;
  fallbackReason?: string;
  steps: number;
  calibration?: Calibration;
}

/** Arrays that no caller holds: they may be transferred to a Worker. */
export const owned = new WeakSet<ArrayBufferView>();

/** Where a fit or a selection looks between its turns. */
export interface Watch {
  /** Ends the work with its reason. */
  ended: AbortSignal;
  /** Called between turns. */
  betweenTurns(): Promise<void>;
}

/**
 * What stands behind a public head: an engine in this thread, or in a Worker of its own. Features are flat rows and labels class
 * indices; the numbers themselves are checked by the Rust core. Calls never overlap.
 */
export interface Core {
  readonly facts: Facts;
  /** Whether a call reads its arrays before it returns. */
  readonly isReady: boolean;
  trainStep(features: Float32Array, labels: Float64Array, options: { learningRate?: number } | undefined): Promise<StepResult>;
  fit(features: Float32Array, labels: Float64Array, options: FitOptions, ended: AbortSignal): Promise<FitResult>;
  logits(features: Float32Array): Promise<Float32Array>;
  predict(features: Float32Array): Promise<RawPrediction>;
  oodScore(features: Float32Array, options: { scorer?: Scorer } | undefined): Promise<Float32Array>;
  fitScorers(features: Float32Array, labels: Float64Array): Promise<void>;
  selectScorer(features: Float32Array, labels: Float64Array, options: SelectionOptions, ended: AbortSignal): Promise<Selection>;
  calibrate(features: Float32Array, labels: Float64Array, options: { alpha?: number; scorer?: Scorer } | undefined): Promise<Calibration>;
  gate(features: Float32Array): Promise<RawVerdicts>;
  evaluate(
    known: Float32Array,
    labels: Float64Array,
    unknown: Float32Array,
    options: { scorer?: Scorer } | undefined,
  ): Promise<Evaluation>;
  save(): Promise<Uint8Array<ArrayBuffer>>;
  exportOnnx(): Promise<Uint8Array<ArrayBuffer>>;
  free(): void;
}
