// One fit of the table, in the page: a head learns `train`, `val` calibrates it, and every scorer tells `test` from what is unknown.

import { createHead, metrics } from "oodgate";
import { readSafetensors } from "../lib/safetensors.mjs";
import { concatenate, makeRows, redraw } from "./splits.mjs";

let data;

/** Fetches a file of features, which takes the place of the one before; answers with its number of classes and of features. */
globalThis.load = async (url) => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: status ${response.status}`);
  const { tensors, metadata } = readSafetensors(await response.arrayBuffer());
  data = { tensors, classes: JSON.parse(metadata.classes) };
  return { classes: data.classes.length, features: tensors["train.features"].shape[1] };
};

/** Test rows and all unknown ones as one array, so that each is scored once, and a cut through whatever is said of them. */
function makeQueries({ width, test, unknown }) {
  const features = concatenate([test.features, ...unknown.map((split) => split.features)]);
  const cut = (values) => {
    let end = test.labels.length;
    const known = values.subarray(0, end);
    const others = unknown.map((split) => [split.name, values.subarray(end, (end += split.features.length / width))]);
    return { known, unknown: Object.fromEntries(others) };
  };
  return { features, cut };
}

/** The same of every value of an object. */
const each = (object, change) => Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));

/** AUROC and FPR95 of each split, or null from a scorer that is not made for such features. */
async function separation(head, queries, scorer) {
  try {
    const { known, unknown } = queries.cut(await head.oodScore(queries.features, { scorer }));
    return each(unknown, (scores) => ({ auroc: metrics.auroc(known, scores), fpr95: metrics.fprAtTpr(known, scores, 0.95) }));
  } catch (error) {
    if (error.code === "invalid-features") return null;
    throw new Error(`${scorer}: ${error.message}`, { cause: error });
  }
}

/** Share of rows that a gate of this alpha rejects: p-values are single precision. */
const rejected = (pValues, alpha) => pValues.filter((p) => p <= Math.fround(alpha)).length / pValues.length;

/** Default options but for what is named. Shares are in [0, 1]. */
globalThis.fitAndScore = async ({ part, backend, loss, seed, scorers, alphas }) => {
  const rows = makeRows(data, part, seed);
  const { width, classes, train, val, test } = rows;
  const queries = makeQueries(rows);
  const head = await createHead({ features: width, classes, backend, seed, ...(loss ? { loss: { kind: loss } } : {}) });
  try {
    const { seconds } = await head.fit(train.features, train.labels);
    const { classIndex, probabilities } = await head.predict(test.features);
    const accuracy = classIndex.filter((index, row) => index === test.labels[row]).length / classIndex.length;
    const eceBefore = metrics.ece(probabilities, test.labels);

    const { calibration, rest } = redraw(rows, seed);
    await head.calibrate(calibration.features, calibration.labels);
    const redrawn = (await head.gate(rest.features)).pValue;
    await head.calibrate(val.features, val.labels);
    const { known, unknown } = queries.cut((await head.gate(queries.features)).pValue);
    const gates = Object.fromEntries(alphas.map((alpha) => {
      const share = (pValues) => rejected(pValues, alpha);
      return [alpha, { known: share(known), redrawn: share(redrawn), unknown: each(unknown, share) }];
    }));
    const eceAfter = metrics.ece((await head.predict(test.features)).probabilities, test.labels);

    const [scores, scorerSeconds] = [{}, {}];
    for (const scorer of scorers) {
      const started = performance.now();
      scores[scorer] = await separation(head, queries, scorer);
      scorerSeconds[scorer] = (performance.now() - started) / 1000;
    }
    const started = performance.now();
    const { scorer } = await head.selectScorer(train.features, train.labels);
    const selected = { scorer, seconds: (performance.now() - started) / 1000 };
    return { rows: train.labels.length, seconds, accuracy, eceBefore, eceAfter, gates, scores, scorerSeconds, selected };
  } finally {
    head.dispose();
  }
};
