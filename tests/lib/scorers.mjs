// Written by `npm run scorers` from the table of scorers, src/ood/table.rs.

export const scorers = [
  {
    "about": "Maximum softmax probability.",
    "name": "msp",
    "needs": "answer",
    "parameters": [
      {
        "about": "Softmax temperature, above 0; default 1.",
        "default": 1.0,
        "name": "temperature",
        "type": "number"
      }
    ]
  },
  {
    "about": "Maximum logit.",
    "name": "maxLogit",
    "needs": "answer",
    "parameters": []
  },
  {
    "about": "Free energy of the logits.",
    "name": "energy",
    "needs": "answer",
    "parameters": [
      {
        "about": "Softmax temperature, above 0; default 1.",
        "default": 1.0,
        "name": "temperature",
        "type": "number"
      }
    ]
  },
  {
    "about": "Entropy of the softmax, in nats.",
    "name": "entropy",
    "needs": "answer",
    "parameters": [
      {
        "about": "Softmax temperature, above 0; default 1.",
        "default": 1.0,
        "name": "temperature",
        "type": "number"
      }
    ]
  },
  {
    "about": "Generalised entropy of the most probable classes.",
    "name": "gen",
    "needs": "answer",
    "parameters": [
      {
        "about": "Exponent, above 0; default 0.1 (the paper's and OpenOOD's).",
        "default": 0.1,
        "name": "gamma",
        "type": "number"
      },
      {
        "about": "How many of the largest probabilities count, at least 1; default 100 (OpenOOD's).",
        "default": 100,
        "name": "m",
        "type": "number"
      },
      {
        "about": "Softmax temperature, above 0; default 1.",
        "default": 1.0,
        "name": "temperature",
        "type": "number"
      }
    ]
  },
  {
    "about": "Largest cosine between the logits and a class axis.",
    "name": "maxCosine",
    "needs": "answer",
    "parameters": []
  },
  {
    "about": "L1 norm of the last layer's gradient towards the uniform distribution.",
    "name": "gradNorm",
    "needs": "answer",
    "parameters": []
  },
  {
    "about": "Softmax probability after a small step on the features (ODIN).",
    "name": "odin",
    "needs": "head",
    "parameters": [
      {
        "about": "Softmax temperature, above 0; default 1000.",
        "default": 1000.0,
        "name": "temperature",
        "type": "number"
      },
      {
        "about": "Step on the features, in their units, at least 0; default 0.0014.",
        "default": 0.0014,
        "name": "epsilon",
        "type": "number"
      }
    ]
  },
  {
    "about": "Divergence from the nearest class's typical posterior.",
    "name": "klMatching",
    "needs": "trainingRows",
    "parameters": []
  },
  {
    "about": "Distance to the k-th nearest training row.",
    "name": "knn",
    "needs": "trainingRows",
    "parameters": [
      {
        "about": "Neighbours, at least 1; default 50, or all training rows if they are fewer.",
        "default": null,
        "name": "k",
        "type": "number"
      }
    ]
  },
  {
    "about": "Mahalanobis distance to the nearest class mean.",
    "name": "mahalanobis",
    "needs": "trainingRows",
    "parameters": [
      {
        "about": "Added to the covariance's diagonal, in units of its mean, at least 0; default 1e-6.",
        "default": 1e-6,
        "name": "ridge",
        "type": "number"
      },
      {
        "about": "Takes features at unit length; default false.",
        "default": false,
        "name": "normalize",
        "type": "boolean"
      }
    ]
  },
  {
    "about": "Relative Mahalanobis distance.",
    "name": "rmd",
    "needs": "trainingRows",
    "parameters": [
      {
        "about": "Added to the covariance's diagonal, in units of its mean, at least 0; default 1e-6.",
        "default": 1e-6,
        "name": "ridge",
        "type": "number"
      },
      {
        "about": "Takes features at unit length; default false.",
        "default": false,
        "name": "normalize",
        "type": "boolean"
      }
    ]
  },
  {
    "about": "Density of Gaussian discriminant analysis: for measured features.",
    "name": "gda",
    "needs": "trainingRows",
    "parameters": [
      {
        "about": "Added to each feature's variance, as a share of it, above 0; default 0.1.",
        "default": 0.1,
        "name": "ridge",
        "type": "number"
      }
    ]
  },
  {
    "about": "Virtual-logit matching: residual against energy.",
    "name": "vim",
    "needs": "trainingRows",
    "parameters": [
      {
        "about": "Principal dimensions left out, at least 1; default half of the features.",
        "default": null,
        "name": "dimensions",
        "type": "number"
      }
    ]
  },
  {
    "about": "Distance from the principal subspace of the training rows.",
    "name": "residual",
    "needs": "trainingRows",
    "parameters": [
      {
        "about": "Principal dimensions left out, at least 1; default half of the features.",
        "default": null,
        "name": "dimensions",
        "type": "number"
      }
    ]
  },
  {
    "about": "Simplified Hopfield energy: product with the class's stored pattern.",
    "name": "she",
    "needs": "trainingRows",
    "parameters": []
  },
  {
    "about": "Energy guided by the nearest training rows.",
    "name": "nnGuide",
    "needs": "trainingRows",
    "parameters": [
      {
        "about": "Neighbours, at least 1; default 10, or all training rows if they are fewer.",
        "default": null,
        "name": "k",
        "type": "number"
      }
    ]
  },
  {
    "about": "Fast decision boundary distance.",
    "name": "fdbd",
    "needs": "trainingRows",
    "parameters": []
  },
  {
    "about": "Neural-collapse-inspired score: alignment with the class's weight.",
    "name": "nci",
    "needs": "trainingRows",
    "parameters": [
      {
        "about": "Weight of the features' L1 norm, at least 0; default 0 (pytorch-ood's).",
        "default": 0.0,
        "name": "alpha",
        "type": "number"
      }
    ]
  },
  {
    "about": "Energy after clipping large inputs of the last layer (ReAct).",
    "name": "react",
    "needs": "trainingRows",
    "parameters": [
      {
        "about": "Where inputs are clipped, per cent in (0, 100); default 90.",
        "default": 90.0,
        "name": "percentile",
        "type": "number"
      }
    ]
  },
  {
    "about": "Energy of a sparsified last layer (DICE).",
    "name": "dice",
    "needs": "trainingRows",
    "parameters": [
      {
        "about": "Weights below it are dropped, per cent in (0, 100); default 90.",
        "default": 90.0,
        "name": "percentile",
        "type": "number"
      }
    ]
  },
  {
    "about": "Energy after pruning the last layer's inputs (ASH); inputs must not be negative.",
    "name": "ash",
    "needs": "trainingRows",
    "parameters": [
      {
        "about": "Inputs below it are pruned, per cent in (0, 100); default 65.",
        "default": 65.0,
        "name": "percentile",
        "type": "number"
      },
      {
        "about": "What becomes of the kept inputs: \"s\" (default) scales, \"p\" keeps, \"b\" makes them alike.",
        "default": "s",
        "name": "variant",
        "type": "\"s\" | \"p\" | \"b\""
      }
    ]
  },
  {
    "about": "Energy after scaling the last layer's inputs (SCALE); inputs must not be negative.",
    "name": "scale",
    "needs": "trainingRows",
    "parameters": [
      {
        "about": "Inputs below it are left out, per cent in (0, 100); default 65.",
        "default": 65.0,
        "name": "percentile",
        "type": "number"
      }
    ]
  },
  {
    "about": "The default: how unsure the head is, and three distances from the training rows.",
    "name": "auto",
    "needs": "trainingRows",
    "parameters": []
  }
];

export const scorerNames = scorers.map(({ name }) => name);
