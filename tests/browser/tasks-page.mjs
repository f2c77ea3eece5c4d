// How long calls hold the page's thread: tasks of a head of 6000 rows of 1280 features, 10 classes.

import { createHead, loadHead } from "oodgate";
import { makeCentres, makeRows } from "../bench/rows.mjs";
import { longestTask } from "../lib/longest-task.mjs";
import { uniform } from "../lib/random.mjs";

const setup = { features: 1280, classes: 10 };
const random = uniform(3);
const centres = makeCentres(setup, random);
const [learnt, heldOut, asked] = [6000, 600, 1000].map((rows) => makeRows(rows, setup, centres, random));
const few = asked.x.subarray(0, 20 * setup.features);

let head;
let file;

/** A head with 60 000 rows before it, as large as they come to a page. */
let large;
globalThis.prepareLarge = async () => {
  const wide = { features: 768, classes: 100 };
  const x = new Float32Array(60_000 * wide.features).map(() => random() - 0.4);
  const labels = Int32Array.from({ length: 60_000 }, (_, row) => row % wide.classes);
  // Half of the rows have another class.
  const others = labels.map((label, row) => (label + (row % 2)) % wide.classes);
  large = { head: await createHead({ ...wide, backend: "cpu" }), x, labels, others };
  // Five million logits to fit a temperature to.
  const broad = { features: 64, classes: 1000 };
  const sets = [2000, 5000].map((rows) => makeRows(rows, broad, makeCentres(broad, random), random));
  const broadHead = await createHead({ ...broad, backend: "cpu" });
  await broadHead.fit(sets[0].x, sets[0].labels, { epochs: 1 });
  large.broad = { head: broadHead, ...sets[1] };
  // Five hundred million products in the covariance of the classes' means.
  const means = { features: 1024, classes: 1000 };
  const rows = makeRows(2000, means, makeCentres(means, random), random);
  large.means = { ...rows, head: await createHead({ ...means, backend: "cpu" }) };
};

/** A head that has learnt the rows, and made nothing of them yet. */
globalThis.prepare = async () => {
  head?.dispose();
  head = await createHead({ ...setup, backend: "cpu" });
  await head.fit(learnt.x, learnt.labels);
};

const calls = {
  fit: () => head.fit(learnt.x, learnt.labels),
  "first oodScore": () => head.oodScore(asked.x),
  calibrate: () => head.calibrate(heldOut.x, heldOut.labels),
  gate: () => head.gate(asked.x),
  explain: () => head.explain(few),
  evaluate: () => head.evaluate({ features: asked.x, labels: asked.labels }, { features: heldOut.x }),
  mahalanobis: () => head.oodScore(asked.x, { scorer: "mahalanobis" }),
  vim: () => head.oodScore(asked.x, { scorer: "vim" }),
  knn: () => head.oodScore(asked.x, { scorer: "knn" }),
  save: async () => void (file = await head.save()),
  loadHead: async () => (await loadHead(file)).dispose(),
  exportOnnx: async () => {
    if (!head.calibration) await head.calibrate(heldOut.x, heldOut.labels);
    await head.exportOnnx({ includeTrainingRows: true });
  },
  "fit of 60 000 x 768 rows": () => large.head.fit(large.x, large.labels, { epochs: 1 }),
  "logits of 60 000 x 768 rows": () => large.head.logits(large.x),
  "predict of 60 000 x 768 rows": () => large.head.predict(large.x),
  "msp of 60 000 x 768 rows": () => large.head.oodScore(large.x, { scorer: "msp" }),
  "calibrate on 60 000 x 768 rows": () => large.head.calibrate(large.x, large.labels, { scorer: "msp" }),
  "calibrate from its own 60 000 x 768 rows": () => large.head.calibrate({ scorer: "msp" }),
  "gate of 60 000 x 768 rows": () => large.head.gate(large.x),
  "evaluate of 60 000 x 768 rows": () =>
    large.head.evaluate({ features: large.x, labels: large.labels }, { features: large.x.subarray(0, 768 * 6000) }, { scorer: "msp" }),
  "gate per class": async () => {
    await large.head.calibrate({ scorer: "msp", perClass: true });
    await large.head.gate(large.x);
  },
  "save of 60 000 x 768 rows": async () => void (large.file = await large.head.save()),
  "loadHead of 60 000 x 768 rows": async () => (await loadHead(large.file)).dispose(),
  "fit that adds 60 000 x 768 rows, half of them there": () =>
    large.head.fit(large.x, large.others, { epochs: 1, remember: "add" }),
  "addRows of 30 000 x 768 rows": async () => {
    const { head, x, others } = large;
    const half = x.subarray(0, x.length / 2);
    large.ids = await head.addRows(half, others.subarray(0, others.length / 2));
  },
  "addRows of 30 000 x 768 examples of the unknown": async () => {
    await large.head.addRows(large.x.subarray(0, large.x.length / 2), null);
  },
  "removeRows of 30 000 of 120 000": () => large.head.removeRows(large.ids),
  "addClass beside so many rows": () => large.head.addClass("new"),
  "removeClass, its rows as examples of the unknown": async () => {
    await large.head.removeClass(large.head.classes[0], { rows: "unknown" });
  },
  "rowIds": () => large.head.rowIds(),
  "weights": () => large.broad.head.weights(),
  "calibrate, 1000 classes": () => large.broad.head.calibrate(large.broad.x, large.broad.labels),
  "fit and first oodScore, 1000 classes": async () => {
    const { head, x, labels } = large.means;
    await head.fit(x, labels, { epochs: 1 });
    await head.oodScore(x.subarray(0, 20 * head.options.features));
  },
  "fit with validationSplit": () => head.fit(learnt.x, learnt.labels, { validationSplit: 0.1 }),
  "calibrate from its own rows": () => head.calibrate(),
  selectScorer: () => head.selectScorer(learnt.x, learnt.labels),
};
globalThis.callNames = Object.keys(calls);

/** The longest task while a call runs, ms, and how long the call took. */
globalThis.longestTask = (name) => longestTask(calls[name]);
