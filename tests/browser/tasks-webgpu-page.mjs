// How long calls of a WebGPU head hold the page's thread, which the device's work leaves free: what
// the host does between two waits.

import { createHead } from "oodgate";
import { makeCentres, makeRows } from "../bench/rows.mjs";
import { longestTask } from "../lib/longest-task.mjs";
import { uniform } from "../lib/random.mjs";

const setup = { features: 640, classes: 10 };
const random = uniform(3);
const centres = makeCentres(setup, random);
const [learnt, heldOut, asked] = [1500, 300, 500].map((rows) =>
  makeRows(rows, setup, centres, random),
);
const many = { x: new Float32Array(20_000 * 640).map(random), labels: new Int32Array(20_000) };

let head;

/** A head that has learnt the rows, and made nothing of them yet. */
globalThis.prepare = async () => {
  head?.dispose();
  head = await createHead({ ...setup, backend: "webgpu" });
  await head.fit(learnt.x, learnt.labels, { epochs: 2 });
};

const calls = {
  "fit of a new head": () => globalThis.prepare(),
  "first oodScore": () => head.oodScore(asked.x),
  calibrate: () => head.calibrate(heldOut.x, heldOut.labels),
  gate: () => head.gate(asked.x),
  mahalanobis: () => head.oodScore(asked.x, { scorer: "mahalanobis" }),
  knn: () => head.oodScore(asked.x, { scorer: "knn" }),
  "fit of 20 000 x 640 rows": () =>
    head.fit(many.x, many.labels, { epochs: 1, batchSize: 4096, remember: "add" }),
};
globalThis.callNames = Object.keys(calls);

/** The longest task while a call runs, ms, and how long the call took. */
globalThis.longestTask = (name) => longestTask(calls[name]);
