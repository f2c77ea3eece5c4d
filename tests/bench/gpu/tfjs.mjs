// TensorFlow.js in Deno: its published files are classic scripts for pages.

import { everydayWays } from "../tfjs-side.mjs";
import { initialWeights } from "../initial-weights.mjs";

const files = ["tfjs/dist/tf.min.js", "tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js"];

/** Loads it and starts its WebGPU backend; answers the version. */
export async function startTfjs() {
  const { process } = globalThis;
  // Where there is a `process` it takes itself to be in Node, and asks for Node's modules.
  globalThis.process = undefined;
  try {
    for (const file of files) {
      const url = new URL(`../../../node_modules/@tensorflow/${file}`, import.meta.url);
      (0, eval)(await Deno.readTextFile(url));
    }
  } finally {
    globalThis.process = process;
  }
  const { tf } = globalThis;
  tf.env().setPlatform("deno", {
    fetch: globalThis.fetch,
    now: () => performance.now(),
    encode: (text) => new TextEncoder().encode(text),
    decode: (bytes, encoding) => new TextDecoder(encoding).decode(bytes),
    setTimeoutCustom: (call, delay) => setTimeout(call, delay),
    isTypedArray: (value) => ArrayBuffer.isView(value) && !(value instanceof DataView),
  });
  if (!(await tf.setBackend("webgpu"))) throw new Error("tfjs did not start its WebGPU backend");
  await tf.ready();
  return tf.version.tfjs;
}

/** A head of its core API, with the same layers, loss and optimiser. */
export function openTfjs(shape, training) {
  const widths = [shape.features, ...(shape.hidden ?? []), shape.classes];
  const [openCore] = everydayWays;
  return openCore({ ...shape, ...training, weights: initialWeights(widths) });
}
