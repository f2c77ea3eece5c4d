// Heads of ragged shapes on both backends: what they learn of the same rows, and what of it they
// report and answer.

import { createHead } from "oodgate";
import { uniform } from "../lib/random.mjs";

async function train(backend, { rows, isWeighted = false, ...options }) {
  const { features, classes } = options;
  const head = await createHead({ ...options, backend, standardize: false, seed: 7 });
  const random = uniform(5);
  // Two batches, of which the second is one row shorter where it can be.
  const count = Math.max(1, 2 * rows - 1);
  const x = Float32Array.from({ length: count * features }, () => 2 * random() - 1);
  const labels = Int32Array.from({ length: count }, (_, row) => (7 * row) % classes);
  const weights = isWeighted ? Float32Array.from(labels, (label) => 1 + (label % 3)) : undefined;
  const { loss, accuracy } = await head.fit(x, labels, { epochs: 2, batchSize: rows, weights });
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
    // NaN is a difference, too.
    if (!(Math.abs(value - b[index]) <= most)) most = Math.abs(value - b[index]);
  }
  return most / largest;
}

globalThis.compareBackends = async (options) => {
  const [cpu, gpu] = [await train("cpu", options), await train("webgpu", options)];
  return {
    loss: difference([cpu.loss], [gpu.loss]),
    accuracy: Math.abs(cpu.accuracy - gpu.accuracy),
    weights: difference(cpu.weights, gpu.weights),
    logits: difference(cpu.logits, gpu.logits),
  };
};
