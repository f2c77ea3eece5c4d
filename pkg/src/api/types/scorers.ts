/** Scores that need no training rows. */
export type LogitScorer =
  "msp" | "maxLogit" | "energy" | "entropy" | "gen" | "maxCosine" | "gradNorm" | "odin";
/**
 * Scores that compare with the training rows: see `fitScorers`. "ash" and "scale" need last-layer
 * inputs of at least 0.
 */
export type FittedScorer =
  | "klMatching"
  | "knn"
  | "mahalanobis"
  | "rmd"
  | "vim"
  | "residual"
  | "she"
  | "nnGuide"
  | "fdbd"
  | "nci"
  | "react"
  | "dice"
  | "ash"
  | "scale";
/** Every scorer; "auto" combines several, see `selectScorer`. */
export type ScorerName = LogitScorer | FittedScorer | "auto";
/**
 * A scorer with its parameters (defaults in brackets):
 * - msp, energy, entropy: `temperature` (1); gen: `temperature` (1), `gamma` (0.1), `m` largest
 *   probabilities (100)
 * - odin: `temperature` (1000), `epsilon`, its step in the features' units (0.0014)
 * - knn: `k` (50); nnGuide: `k` (10)
 * - mahalanobis, rmd: `ridge` in units of the covariance's mean diagonal (1e-6), `normalize`
 *   features to unit length (false)
 * - vim, residual: `dimensions` of the principal subspace (half of the features)
 * - nci: `alpha`, weight of the features' L1 norm (0)
 * - react, dice: `percentile` (90); scale: `percentile` (65); ash: `percentile` (65), `variant`
 *   "s", "p" or "b" ("s")
 */
export type ScorerOptions = {
  /** The scorer that the parameters are for. */
  name: ScorerName;
} & Record<string, unknown>;
/** A scorer by name, or with parameters. */
export type Scorer = ScorerName | ScorerOptions;
