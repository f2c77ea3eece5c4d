// Our side of the bench: the public API and nothing else.

import { createHead } from "oodgate";
import { seed } from "./initial-weights.mjs";

/** A head of ours that does one training step per call. */
export async function openOodgate(backend, { features, classes, hidden = [], tau, optimizer }) {
  // The other sides see the features as they come: so does this one.
  const loss = { kind: "logitNorm", tau };
  const head = await createHead({
    features, classes, hidden, loss, optimizer, backend, seed, standardize: false,
  });
  return {
    name: `oodgate ${backend}`,
    step: async ({ x, labels }) => (await head.trainStep(x, labels)).loss,
    close: () => head.dispose(),
  };
}

/** A linear head of ours that has learned the rows, for one pass, and scores others. */
export async function openHead(backend, { features, classes }, { x, labels }) {
  const head = await createHead({ features, classes, backend, seed });
  await head.fit(x, labels, { epochs: 1 });
  return {
    remember: (rows) => head.fitScorers(rows.x, rows.labels),
    score: (rows, scorer) => head.oodScore(rows, { scorer }),
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
