// The scorers' names, in the order in which the README lists them.

export const scorerNames = [
  "msp", "maxLogit", "energy", "entropy", "gen", "maxCosine", "gradNorm", "odin",
  "klMatching", "knn", "mahalanobis", "rmd", "vim", "residual", "she", "nnGuide", "fdbd", "nci", "react", "dice", "ash", "scale",
  "auto",
];
