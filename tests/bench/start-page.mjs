// A cold start in a fresh page: everything from the first import to the end of the first step.

import { makeBatches } from "./steps-page.mjs";
import { openLayers, startTfjs } from "./tfjs-side.mjs";

/** Files that the page loaded since `from`, and their bytes; what a script has compiled from bytes of its own is not seen. */
function loadedSince(from) {
  const files = performance.getEntriesByType("resource").filter(({ startTime }) => startTime >= from);
  return { files: files.length, bytes: files.reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0) };
}

const openers = {
  oodgate: async ({ cell, backend, training: { tau, optimizer } }) => {
    const { createHead } = await import("oodgate");
    const head = await createHead({ ...cell, loss: { kind: "logitNorm", tau }, optimizer, backend, standardize: false });
    return async ({ x, labels }) => (await head.trainStep(x, labels)).loss;
  },
  tfjs: async ({ cell, backend, training }) => {
    await startTfjs(backend === "cpu" ? "wasm" : "webgpu");
    return openLayers({ ...cell, ...training }).step;
  },
};

/** Milliseconds until the head is there, and until it has done its first step. */
async function measureStart({ side, backend, cell: { rows, ...cell }, training }) {
  const [batch] = makeBatches({ ...cell, rows }, 1);
  const started = performance.now();
  const step = await openers[side]({ cell, backend, training });
  const ready = performance.now() - started;
  const loss = await step(batch);
  const stepped = performance.now() - started;
  if (!Number.isFinite(loss)) throw new Error(`${side}: the loss is ${loss}.`);
  return { ready, stepped, ...loadedSince(started) };
}

globalThis.measureStart = measureStart;
