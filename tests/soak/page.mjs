// The work that the soak repeats in a page, and what the page knows of its memory.

import { wasmBytes } from "../lib/instances.mjs";
import { liveBuffers } from "./buffers.mjs";
import { createHead, loadHead, metrics } from "oodgate";
import { uniform } from "../lib/random.mjs";

const [features, classes] = [64, 10];
const random = uniform(1);
const makeRows = (rows) => ({
  x: Float32Array.from({ length: rows * features }, () => 2 * random() - 1),
  y: Uint8Array.from({ length: rows }, (_, row) => row % classes),
});

/** Each part: what it starts with, and one unit of its work. Every unit is the same amount, so that only a leak can grow. */
const parts = {
  steps: {
    start: async (backend) => ({ head: await createHead({ features, classes, hidden: [32], backend }), batch: makeRows(128) }),
    unit: async ({ head, batch: { x, y } }, index) => {
      const { loss } = await head.trainStep(x, y);
      if (!Number.isFinite(loss)) throw new Error(`step ${index}: the loss is ${loss}`);
      // What was computed for the weights before is dropped with every step: make some of it.
      if (index % 50 === 0) {
        await head.fitScorers(x, y);
        await head.oodScore(x);
      }
    },
  },
  fits: {
    start: async (backend) => ({ backend, data: makeRows(300) }),
    unit: async ({ backend, data: { x, y } }, index) => {
      const loss = { kind: index % 2 ? "crossEntropy" : "logitNorm" };
      const head = await createHead({ features, classes, hidden: index % 3 ? [] : [32], loss, backend, seed: index });
      await head.fit(x, y, { epochs: 3, batchSize: 64, validationSplit: 0.2, onEpoch: () => {} });
      const { score } = await head.gate(x);
      const auroc = metrics.auroc(score, await head.oodScore(x, { scorer: "knn" }));
      if (!Number.isFinite(auroc)) throw new Error(`fit ${index}: no scores`);
      head.dispose();
    },
  },
  // Rows, examples of the unknown and a class come and go.
  rows: {
    start: async (backend) => {
      const head = await createHead({ features, classes: ["a", "b"], backend });
      await head.fit(makeRows(40).x, Array.from({ length: 40 }, (_, row) => row % 2), { epochs: 2 });
      return { head, batch: makeRows(8).x };
    },
    unit: async ({ head, batch }, index) => {
      const ids = await head.addRows(batch, ["a", "b", "a", "b", "a", "b", "a", "b"]);
      const unknown = await head.addRows(batch.subarray(0, 2 * features), null);
      if (index % 50 === 0) {
        await head.addClass("c");
        await head.addRows(batch.subarray(0, features), ["c"]);
        await head.explain(batch);
        await head.removeClass("c");
      }
      const removed = await head.removeRows([...ids, ...unknown]);
      if (removed !== 10 || head.rows.count !== 40 || head.rows.unknown !== 0) throw new Error(`round ${index}: ${removed} rows removed`);
    },
  },
  saves: {
    start: async (backend) => {
      const head = await createHead({ features, classes, hidden: [32], backend });
      const { x, y } = makeRows(300);
      await head.fit(x, y, { epochs: 2, validationSplit: 0.2 });
      return { backend, head, x: x.subarray(0, 8 * features) };
    },
    unit: async ({ backend, head, x }, index) => {
      const file = await head.save();
      const again = await loadHead(file, { backend });
      const [one, other] = [await head.gate(x), await again.gate(x)];
      if (one.pValue.some((value, row) => value !== other.pValue[row])) throw new Error(`save ${index}: another head came back`);
      again.dispose();
    },
  },
  // What a caller forgets to dispose goes with the garbage: the reading after as many heads as before finds as much memory.
  forgotten: {
    start: async (backend) => ({ backend, batch: makeRows(32) }),
    unit: async ({ backend, batch: { x, y } }) => {
      const head = await createHead({ features, classes, backend });
      await head.trainStep(x, y);
    },
  },
  // What a Worker answers is not kept.
  answers: {
    start: async (backend) => ({ head: await createHead({ features, classes, backend, worker: true }), x: makeRows(128).x }),
    unit: ({ head, x }) => head.predict(x),
  },
  // Every second one is forgotten, after a fit that told of its epochs.
  workers: {
    start: async (backend) => ({ backend, batch: makeRows(32) }),
    unit: async ({ backend, batch: { x, y } }, index) => {
      const head = await createHead({ features, classes, backend, worker: true });
      await head.fit(x, y, { epochs: 2, onEpoch: () => {}, signal: new AbortController().signal });
      await head.trainStep(x, y);
      if (index % 2) head.dispose();
    },
  },
};

let state;
let done = 0;

globalThis.soak = {
  names: Object.keys(parts),
  start: async (part, backend) => {
    done = 0;
    state = await parts[part].start(backend);
  },
  work: async (part, units) => {
    for (let unit = 0; unit < units; unit += 1) await parts[part].unit(state, done++);
  },
  /** Bytes of the wasm memories and what is live on the device. */
  read: () => ({ wasm: wasmBytes(), ...liveBuffers() }),
};
