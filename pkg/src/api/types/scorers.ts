// Written by `npm run scorers` from the table of scorers, src/ood/table.rs.

/** Scores that need no training rows. */
export type LogitScorer =
  | "msp" | "maxLogit" | "energy" | "entropy" | "gen" | "maxCosine" | "gradNorm" | "odin";
/** Scores that compare with the training rows: see `fitScorers`. */
export type FittedScorer =
  | "klMatching" | "knn" | "mahalanobis" | "rmd" | "gda" | "vim" | "residual" | "she" | "nnGuide"
  | "fdbd" | "nci" | "react" | "dice" | "ash" | "scale";
/** Every scorer; "auto" combines several, see `selectScorer`. */
export type ScorerName = LogitScorer | FittedScorer | "auto";
/** A scorer with its parameters; the compiler knows each scorer's own and refuses others. */
export type ScorerOptions =
  | {
      /** Maximum softmax probability. */
      name: "msp";
      /** Softmax temperature, above 0; default 1. */
      temperature?: number | undefined;
    }
  | {
      /** Maximum logit. */
      name: "maxLogit";
    }
  | {
      /** Free energy of the logits. */
      name: "energy";
      /** Softmax temperature, above 0; default 1. */
      temperature?: number | undefined;
    }
  | {
      /** Entropy of the softmax, in nats. */
      name: "entropy";
      /** Softmax temperature, above 0; default 1. */
      temperature?: number | undefined;
    }
  | {
      /** Generalised entropy of the most probable classes. */
      name: "gen";
      /** Exponent, above 0; default 0.1 (the paper's and OpenOOD's). */
      gamma?: number | undefined;
      /** How many of the largest probabilities count, at least 1; default 100 (OpenOOD's). */
      m?: number | undefined;
      /** Softmax temperature, above 0; default 1. */
      temperature?: number | undefined;
    }
  | {
      /** Largest cosine between the logits and a class axis. */
      name: "maxCosine";
    }
  | {
      /** L1 norm of the last layer's gradient towards the uniform distribution. */
      name: "gradNorm";
    }
  | {
      /** Softmax probability after a small step on the features (ODIN). */
      name: "odin";
      /** Softmax temperature, above 0; default 1000. */
      temperature?: number | undefined;
      /** Step on the features, in their units, at least 0; default 0.0014. */
      epsilon?: number | undefined;
    }
  | {
      /** Divergence from the nearest class's typical posterior. */
      name: "klMatching";
    }
  | {
      /** Distance to the k-th nearest training row. */
      name: "knn";
      /** Neighbours, at least 1; default 50, or all training rows if they are fewer. */
      k?: number | undefined;
    }
  | {
      /** Mahalanobis distance to the nearest class mean. */
      name: "mahalanobis";
      /** Added to the covariance's diagonal, in units of its mean, at least 0; default 1e-6. */
      ridge?: number | undefined;
      /** Takes features at unit length; default false. */
      normalize?: boolean | undefined;
    }
  | {
      /** Relative Mahalanobis distance. */
      name: "rmd";
      /** Added to the covariance's diagonal, in units of its mean, at least 0; default 1e-6. */
      ridge?: number | undefined;
      /** Takes features at unit length; default false. */
      normalize?: boolean | undefined;
    }
  | {
      /** Density of Gaussian discriminant analysis: for measured features. */
      name: "gda";
      /** Added to each feature's variance, as a share of it, above 0; default 0.1. */
      ridge?: number | undefined;
    }
  | {
      /** Virtual-logit matching: residual against energy. */
      name: "vim";
      /** Principal dimensions left out, at least 1; default half of the features. */
      dimensions?: number | undefined;
    }
  | {
      /** Distance from the principal subspace of the training rows. */
      name: "residual";
      /** Principal dimensions left out, at least 1; default half of the features. */
      dimensions?: number | undefined;
    }
  | {
      /** Simplified Hopfield energy: product with the class's stored pattern. */
      name: "she";
    }
  | {
      /** Energy guided by the nearest training rows. */
      name: "nnGuide";
      /** Neighbours, at least 1; default 10, or all training rows if they are fewer. */
      k?: number | undefined;
    }
  | {
      /** Fast decision boundary distance. */
      name: "fdbd";
    }
  | {
      /** Neural-collapse-inspired score: alignment with the class's weight. */
      name: "nci";
      /** Weight of the features' L1 norm, at least 0; default 0 (pytorch-ood's). */
      alpha?: number | undefined;
    }
  | {
      /** Energy after clipping large inputs of the last layer (ReAct). */
      name: "react";
      /** Where inputs are clipped, per cent in (0, 100); default 90. */
      percentile?: number | undefined;
    }
  | {
      /** Energy of a sparsified last layer (DICE). */
      name: "dice";
      /** Weights below it are dropped, per cent in (0, 100); default 90. */
      percentile?: number | undefined;
    }
  | {
      /** Energy after pruning the last layer's inputs (ASH); inputs must not be negative. */
      name: "ash";
      /** Inputs below it are pruned, per cent in (0, 100); default 65. */
      percentile?: number | undefined;
      /** What becomes of the kept inputs: "s" (default) scales, "p" keeps, "b" makes them alike. */
      variant?: "s" | "p" | "b" | undefined;
    }
  | {
      /** Energy after scaling the last layer's inputs (SCALE); inputs must not be negative. */
      name: "scale";
      /** Inputs below it are left out, per cent in (0, 100); default 65. */
      percentile?: number | undefined;
    }
  | {
      /** The default: how unsure the head is, and three distances from the training rows. */
      name: "auto";
    };
/** A scorer by name, or with parameters. */
export type Scorer = ScorerName | ScorerOptions;
