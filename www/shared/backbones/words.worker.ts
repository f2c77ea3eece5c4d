// Turns sentences into features with all-MiniLM-L6-v2 on transformers.js.

import { env, pipeline, type FeatureExtractionPipeline } from "@huggingface/transformers";
import { messageOf, type Answer, type Question } from "./calls";
import type { Engine } from "./runtime";
import { sessionOptions } from "./session";
import type { WordAnswer, WordProgress, WordQuestion } from "./words";

/** The file that takes the time. */
const WEIGHTS = "onnx/model_quantized.onnx";

let extract: FeatureExtractionPipeline | undefined;

self.addEventListener("message", ({ data: { id, ask } }: MessageEvent<Question<WordQuestion>>) => {
  answer(ask).then(
    (given) => reply({ id, answer: given }, "features" in given ? [given.features.buffer] : []),
    (error: unknown) => reply({ id, error: messageOf(error) }),
  );
});

function reply(message: Answer<WordAnswer> | WordProgress, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

async function answer(ask: WordQuestion): Promise<WordAnswer> {
  if (ask.kind === "load") return load(ask.engine, ask.model, ask.localPath);
  if (extract === undefined) throw new Error("The model has not been loaded.");
  const { data } = await extract(ask.words, { pooling: "mean", normalize: true });
  return { kind: "embedded", features: Float32Array.from(data as Float32Array) };
}

async function load(
  engine: Engine,
  model: string,
  localPath: string | undefined,
): Promise<WordAnswer> {
  const local = localPath !== undefined;
  env.allowLocalModels = local;
  env.allowRemoteModels = !local;
  if (local) env.localModelPath = localPath;
  // What the site serves the browser's own cache keeps; what a hub serves is kept here.
  env.useBrowserCache = !local;
  env.useWasmCache = false;
  const { wasm } = env.backends.onnx;
  if (wasm !== undefined) Object.assign(wasm, engine);
  extract = await pipeline("feature-extraction", model, {
    dtype: "q8",
    device: "wasm",
    session_options: sessionOptions,
    progress_callback(event) {
      if (!("file" in event) || event.file !== WEIGHTS) return;
      if (event.status === "progress")
        reply({ progress: { loaded: event.loaded, total: event.total } });
      else if (event.status === "done") reply({ progress: "starting" });
    },
  });
  return { kind: "loaded" };
}
