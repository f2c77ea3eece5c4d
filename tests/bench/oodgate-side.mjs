// Our side of the bench: the public API and nothing else.

import { createHead } from "oodgate";

/** A linear head of ours that does one training step per call. */
export async function openOodgate(backend, { features, classes, tau, learningRate, momentum }) {
  const head = await createHead({
    features,
    classes,
    loss: { kind: "logitNorm", tau },
    optimizer: { kind: "sgd", learningRate, momentum },
    backend,
    seed: 0,
  });
  return {
    name: `oodgate ${backend}`,
    step: async ({ x, labels }) => (await head.trainStep(x, labels)).loss,
    weights: () => readWeights(head, features, classes),
    close: () => head.dispose(),
  };
}

/** Weights [features, classes] and biases [classes] of a linear head, from its logits: of the zero row, and of the unit rows. */
async function readWeights(head, features, classes) {
  const bias = (await head.logits(new Float32Array(features))).slice();
  const unit = new Float32Array(features * features);
  for (let i = 0; i < features; i += 1) unit[i * features + i] = 1;
  const weight = (await head.logits(unit)).slice();
  for (let i = 0; i < weight.length; i += 1) weight[i] -= bias[i % classes];
  return { weight, bias };
}
