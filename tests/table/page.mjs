// One fit of the table, in the page: all of `train`, then accuracy on `test`, every scorer on test against oos_test, and the
// gate that `val` calibrates.

import { createHead, metrics } from "oodgate";
import { readSafetensors } from "../lib/safetensors.mjs";

let data;

/** Fetches the file once; answers with the number of rows of each split. */
globalThis.load = async (url) => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: status ${response.status}`);
  const { tensors, metadata } = readSafetensors(await response.arrayBuffer());
  const split = (name) => ({ features: tensors[`${name}.features`], labels: tensors[`${name}.labels`]?.data });
  data = { classes: JSON.parse(metadata.classes), train: split("train"), val: split("val"), test: split("test"), out: split("oos_test") };
  const rows = ({ features }) => features.shape[0];
  return { classes: data.classes.length, dimensions: data.train.features.shape[1], train: rows(data.train), test: rows(data.test), out: rows(data.out) };
};

/** Default options but for what is named; milliseconds, accuracy in [0, 1], and AUROC and FPR95 per scorer. */
globalThis.fitAndScore = async ({ backend, loss, seed, scorers, alphas }) => {
  const { train, val, test, out } = data;
  const head = await createHead({ features: train.features.shape[1], classes: data.classes, backend, seed, ...(loss ? { loss: { kind: loss } } : {}) });
  try {
    const started = performance.now();
    const { loss: lastLoss, steps } = await head.fit(train.features.data, train.labels);
    const seconds = (performance.now() - started) / 1000;
    const { classIndex } = await head.predict(test.features.data);
    const accuracy = classIndex.reduce((right, index, row) => right + (index === test.labels[row] ? 1 : 0), 0) / classIndex.length;
    const scores = {};
    for (const scorer of scorers) {
      const known = await head.oodScore(test.features.data, { scorer });
      const unknown = await head.oodScore(out.features.data, { scorer });
      scores[scorer] = { auroc: metrics.auroc(known, unknown), fpr95: metrics.fprAtTpr(known, unknown, 0.95) };
    }
    const uncalibrated = await head.predict(test.features.data);
    const gates = {};
    let eceAfter;
    for (const alpha of alphas) {
      await head.calibrate(val.features.data, val.labels, { alpha });
      const rejected = async ({ features }) => {
        const { accepted, probabilities } = await head.gate(features.data);
        if (features === test.features) eceAfter = metrics.ece(probabilities, test.labels);
        return accepted.filter((verdict) => verdict === 0).length / accepted.length;
      };
      gates[alpha] = { known: await rejected(test), unknown: await rejected(out) };
    }
    const eceBefore = metrics.ece(uncalibrated.probabilities, test.labels);
    return { backend: head.backend, seconds, steps, lastLoss, accuracy, eceBefore, eceAfter, scores, gates };
  } finally {
    head.dispose();
  }
};
