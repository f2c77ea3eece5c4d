// Whole fits in the page: ours, and model.fit of tfjs, turn by turn on the same rows. Each starts with a new head.

import { uniform } from "../lib/random.mjs";
import { initialWeights } from "./initial-weights.mjs";
import { makeCentres, makeRows } from "./rows.mjs";
import { makeModel, startTfjs, upload } from "./tfjs-side.mjs";

/** Rows around centres, seeded. */
export function makeData(setup) {
  const random = uniform(11);
  return makeRows(setup.rows, setup, makeCentres(setup, random), random);
}

const openers = {
  oodgate: async ({ features, classes, tau, optimizer, batchSize, epochs }) => {
    const { createHead } = await import("oodgate");
    const head = await createHead({ features, classes, loss: { kind: "logitNorm", tau }, optimizer, backend: "cpu", standardize: false });
    const losses = [];
    const fit = async ({ x, labels }) => {
      await head.fit(x, labels, { epochs, batchSize, schedule: "constant", onEpoch: ({ loss }) => losses.push(loss) });
      return { rows: epochs * labels.length, loss: losses[0] };
    };
    return { fit, close: () => head.dispose() };
  },
  tfjs: async ({ features, classes, tau, optimizer, batchSize }) => {
    const { tf } = globalThis;
    const { model, close } = makeModel({ features, classes, tau, optimizer, weights: initialWeights([features, classes]) });
    const fit = async (data) => {
      const tensors = upload(tf, data, features, classes);
      const { history } = await model.fit(...tensors, { epochs: 1, batchSize, shuffle: true, verbose: 0 });
      tf.dispose(tensors);
      return { rows: data.labels.length, loss: history.loss[0] };
    };
    return { fit, close };
  },
};

/** One fit of a side, from its rows in JavaScript to its end. */
async function timed(side, setup, data) {
  const { fit, close } = await openers[side](setup);
  const started = performance.now();
  const { rows, loss } = await fit(data);
  const seconds = (performance.now() - started) / 1000;
  close();
  if (!Number.isFinite(loss)) throw new Error(`${side}: the loss is ${loss}.`);
  return { rowsPerSecond: rows / seconds, seconds, loss };
}

/** `repetitions` fits of each side, after one of ours for the browser's compiler. */
export async function measureFit({ setup, sides, repetitions }) {
  const data = makeData(setup);
  const samples = Object.fromEntries(sides.map((side) => [side, []]));
  await timed("oodgate", setup, data);
  for (let i = 0; i < repetitions; i += 1) {
    for (const side of sides) samples[side].push(await timed(side, setup, data));
  }
  return samples;
}

/** Bytes of a side's wasm memory with a head, and after one fit of it. Such a memory never shrinks: its size is its peak. */
export async function measureMemory({ side, setup }) {
  // Here and not above: it watches every call that leaves an instance, which takes time.
  const { wasmBytes } = await import("../lib/instances.mjs");
  const data = makeData(setup);
  if (side === "tfjs") await startTfjs("wasm");
  const { fit } = await openers[side](setup);
  const before = wasmBytes();
  await fit(data);
  return { before, after: wasmBytes() };
}

globalThis.measureMemory = measureMemory;
