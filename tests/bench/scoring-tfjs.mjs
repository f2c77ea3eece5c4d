// Scores in TensorFlow.js, as one would write them in its operations: constants are uploaded once, rows at each call.

import { whitening } from "./whitening.mjs";

const K = 50;

const unitRows = (tf, rows) => tf.div(rows, tf.norm(rows, 2, 1, true));

/** The training rows at unit length, turned so that products with them need no transposition. */
const makeBank = (tf, { train, features }) => tf.transpose(unitRows(tf, tf.tensor2d(train.x, [train.labels.length, features])));

/** The map that whitens rows, the whitened mean of each class, and their squared lengths. */
function makeGaussians(tf, options) {
  const { mean, map, means } = whitening(options);
  const { features, classes } = options;
  const [centre, turned] = [tf.tensor1d(mean), tf.transpose(tf.tensor2d(map, [features, features]))];
  const whitened = tf.matMul(tf.sub(tf.tensor2d(means, [classes, features]), centre), turned);
  return { centre, turned, whitened: tf.transpose(whitened), squares: tf.sum(tf.square(whitened), 1) };
}

/** msp, energy, knn and mahalanobis of a linear head; higher = more out-of-distribution. `score` runs one by its name. */
export function openScorers(options) {
  const { tf } = globalThis;
  const { features, classes, weights } = options;
  const { weight, bias, bank, gaussians } = tf.tidy(() => ({
    weight: tf.tensor2d(weights.weight, [features, classes]),
    bias: tf.tensor1d(weights.bias),
    bank: makeBank(tf, options),
    gaussians: makeGaussians(tf, options),
  }));
  const logits = (rows) => tf.add(tf.matMul(rows, weight), bias);
  const scorers = {
    msp: (rows) => tf.neg(tf.max(tf.softmax(logits(rows)), 1)),
    energy: (rows) => tf.neg(tf.logSumExp(logits(rows), 1)),
    knn: (rows) => {
      const { values } = tf.topk(tf.matMul(unitRows(tf, rows), bank), K, true);
      return tf.sqrt(tf.sub(2, tf.mul(2, tf.slice(values, [0, K - 1], [-1, 1]))));
    },
    mahalanobis: (rows) => {
      const white = tf.matMul(tf.sub(rows, gaussians.centre), gaussians.turned);
      const others = tf.sub(gaussians.squares, tf.mul(2, tf.matMul(white, gaussians.whitened)));
      return tf.add(tf.sum(tf.square(white), 1), tf.min(others, 1));
    },
  };
  async function score(x, name) {
    const scores = tf.tidy(() => scorers[name](tf.tensor2d(x, [x.length / features, features])));
    const values = await scores.data();
    scores.dispose();
    return values;
  }
  return { ...scorers, score, close: () => tf.dispose([weight, bias, bank, ...Object.values(gaussians)]) };
}
