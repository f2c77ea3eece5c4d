// Exported ONNX models on onnxruntime-web's WebGPU, in a page: the program of page.test.mjs.

import * as oodgate from "oodgate";
import * as ort from "onnxruntime-web/webgpu";
import { answerScorers, blobs, compare, comparingScorers, load, questions, trained } from "./models.mjs";

ort.env.wasm.wasmPaths = "/node_modules/onnxruntime-web/dist/";
ort.env.wasm.numThreads = 1;

/** Compares the model of every scorer; answers how many models there were. */
globalThis.compareAll = async () => {
  const options = { features: 6, classes: 4, hidden: [9], loss: { kind: "crossEntropy" } };
  const head = await trained(oodgate, options);
  // Few: on a GPU that is played by the CPU, compiling the shaders of each step of a bisection takes all the time.
  const held = blobs(20, options, 2);
  const names = [...answerScorers, ...comparingScorers].filter((scorer) => typeof scorer === "string");
  for (const scorer of names) {
    const calibration = await head.calibrate(held.features, held.labels, { alpha: 0.1, scorer });
    const session = await load(ort, head, "webgpu");
    await compare(ort, session, head, questions(options, 60), { held: held.features, calibration }, scorer);
    await session.release();
  }
  return names.length;
};
