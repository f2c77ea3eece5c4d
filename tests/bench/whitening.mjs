// The statistics of a Mahalanobis distance in plain JavaScript, 64-bit, for the side that has no such thing: tfjs has no Cholesky
// factorisation.

/** Means of all rows and of each class. */
function makeMeans({ train: { x, labels }, features, classes }) {
  const [means, counts] = [new Float64Array(classes * features), new Float64Array(classes)];
  const mean = new Float64Array(features);
  for (const [row, label] of labels.entries()) {
    counts[label] += 1;
    for (let j = 0; j < features; j += 1) means[label * features + j] += x[row * features + j];
  }
  for (let j = 0; j < features; j += 1) {
    for (let k = 0; k < classes; k += 1) {
      mean[j] += means[k * features + j] / labels.length;
      means[k * features + j] /= counts[k];
    }
  }
  return { mean, means };
}

/** Covariance of the rows about their class means, with a ridge of 1e-6 of its mean diagonal; only j <= i is filled in. */
function makeCovariance({ train: { x, labels }, features }, means) {
  const covariance = Array.from({ length: features }, () => new Float64Array(features));
  const offset = new Float64Array(features);
  for (const [row, label] of labels.entries()) {
    for (let j = 0; j < features; j += 1) offset[j] = (x[row * features + j] - means[label * features + j]) / Math.sqrt(labels.length);
    for (let i = 0; i < features; i += 1) {
      const line = covariance[i];
      for (let j = 0; j <= i; j += 1) line[j] += offset[i] * offset[j];
    }
  }
  const trace = covariance.reduce((sum, line, i) => sum + line[i], 0);
  for (const [i, line] of covariance.entries()) line[i] += (1e-6 * trace) / features;
  return covariance;
}

/** The inverse of the lower Cholesky factor of a positive definite matrix, whose place the factor takes. */
function invertFactor(matrix) {
  const size = matrix.length;
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let rest = matrix[i][j];
      for (let m = 0; m < j; m += 1) rest -= matrix[i][m] * matrix[j][m];
      matrix[i][j] = i === j ? Math.sqrt(rest) : rest / matrix[j][j];
    }
  }
  const inverse = Array.from({ length: size }, () => new Float64Array(size));
  for (let column = 0; column < size; column += 1) {
    for (let i = column; i < size; i += 1) {
      let rest = i === column ? 1 : 0;
      for (let m = column; m < i; m += 1) rest -= matrix[i][m] * inverse[m][column];
      inverse[i][column] = rest / matrix[i][i];
    }
  }
  return inverse;
}

/** `map` [features, features] turns the covariance within the classes into the identity: rows go through map (x - mean). */
export function whitening(options) {
  const { mean, means } = makeMeans(options);
  const lines = invertFactor(makeCovariance(options, means));
  const map = new Float32Array(options.features ** 2);
  for (const [i, line] of lines.entries()) map.set(line, i * options.features);
  return { mean: Float32Array.from(mean), means: Float32Array.from(means), map };
}
