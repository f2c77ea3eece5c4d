// Heads of ragged shapes on both backends: what they learn of the same rows, and what of it they
// report and answer.

import { uniform } from "./random.mjs";

const sgd = { kind: "sgd", learningRate: 0.05, momentum: 0.9 };
const crossEntropy = { kind: "crossEntropy", labelSmoothing: 0.1 };

/** Options of heads, and how many rows a batch has. */
export const heads = {
  "one row": { features: 5, classes: 3, rows: 1 },
  "fewer vectors than threads": { features: 33, classes: 7, rows: 6 },
  "more classes than threads": { features: 70, classes: 45, rows: 40, isWeighted: true },
  "more rows than threads": { features: 12, classes: 10, rows: 300 },
  "hidden layers": { features: 30, hidden: [19, 50], classes: 6, rows: 21 },
  "momentum and smoothing": {
    features: 40, classes: 11, rows: 32, optimizer: sgd, loss: crossEntropy,
  },
  "rows that are varied": { features: 21, classes: 3, rows: 40, isVaried: true },
  "rows that are varied before a hidden layer": {
    features: 10, hidden: [9], classes: 3, rows: 40, isVaried: true,
  },
  // So many that a thread takes a larger tile: of the outputs, of the gradient.
  "many tiles": { features: 64, classes: 4102, rows: 17, optimizer: sgd },
};

/** What may be apart, as a share of the largest number. */
export const tolerance = 2e-4;

/** The last epoch of a fit that leaves its number to the defaults, and is stopped after two. */
async function twoEpochs(head, x, labels, options) {
  const stop = new AbortController();
  let last;
  const onEpoch = (progress) => {
    last = progress;
    if (progress.epoch === 2) stop.abort();
  };
  await head.fit(x, labels, { ...options, onEpoch, signal: stop.signal }).catch((error) => {
    if (error !== stop.signal.reason) throw error;
  });
  return last;
}

async function train(createHead, backend, { rows, isWeighted, isVaried, ...options }) {
  const { features, classes } = options;
  const head = await createHead({ ...options, backend, standardize: false, seed: 7 });
  const random = uniform(5);
  // Two batches, of which the second is one row shorter where it can be.
  const count = Math.max(1, 2 * rows - 1);
  const x = Float32Array.from({ length: count * features }, () => 2 * random() - 1);
  const labels = Int32Array.from({ length: count }, (_, row) => (7 * row) % classes);
  const weights = isWeighted ? Float32Array.from(labels, (label) => 1 + (label % 3)) : undefined;
  const given = { batchSize: rows, weights };
  const { loss, accuracy } = isVaried
    ? await twoEpochs(head, x, labels, given)
    : await head.fit(x, labels, { epochs: 2, ...given });
  const logits = await head.logits(x);
  const learnt = Object.values(await head.weights()).flatMap(({ data }) => Array.from(data));
  head.dispose();
  return { loss, accuracy, logits: Array.from(logits), weights: learnt };
}

/** The largest difference of two lists, over the largest number of the first. */
function difference(a, b) {
  if (a.length !== b.length) return Infinity;
  let [largest, most] = [1e-6, 0];
  for (const [index, value] of a.entries()) {
    largest = Math.max(largest, Math.abs(value));
    // Of a NaN it is NaN, which is below no tolerance.
    most = Math.max(most, Math.abs(value - b[index]));
  }
  return most / largest;
}

/** How far apart the backends are in each respect. */
export async function compareBackends(createHead, options) {
  const cpu = await train(createHead, "cpu", options);
  const gpu = await train(createHead, "webgpu", options);
  return {
    loss: difference([cpu.loss], [gpu.loss]),
    accuracy: Math.abs(cpu.accuracy - gpu.accuracy),
    weights: difference(cpu.weights, gpu.weights),
    logits: difference(cpu.logits, gpu.logits),
  };
}
