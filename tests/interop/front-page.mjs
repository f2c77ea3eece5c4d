// Exported models that begin where the language model ends, in a page: what front.test.mjs runs.

import { AutoModel, AutoTokenizer, env, pipeline } from "@huggingface/transformers";
import { createHead } from "oodgate";
import * as ort from "onnxruntime-web/webgpu";
import { close, same } from "../suite/check.mjs";
import { tolerance } from "./models.mjs";

env.allowRemoteModels = false;
env.allowLocalModels = true;
env.localModelPath = "/models/";
env.backends.onnx.wasm.wasmPaths = "/node_modules/onnxruntime-web/dist/";
env.backends.onnx.wasm.numThreads = 1;
env.useBrowserCache = false;
env.useWasmCache = false;
ort.env.wasm.wasmPaths = "/node_modules/onnxruntime-web/dist/";
ort.env.wasm.numThreads = 1;

const name = "Xenova/all-MiniLM-L6-v2";
const things = {
  alarm: [
    "wake me at %",
    "set an alarm for %",
    "I have to get up at %",
    "make sure that I am awake by %",
    "ring at %",
  ],
  music: [
    "play % again",
    "put on my favourite song %",
    "I want to hear %",
    "music for %, please",
    "skip % and play the next track",
  ],
  lights: [
    "turn on the lights in %",
    "make % brighter",
    "dim the lamp %",
    "it is too dark in %",
    "switch off the light %",
  ],
};
const words = ["seven", "the kitchen", "my sister's room tomorrow morning", "half past six"];
const classes = Object.keys(things);
const sentences = (words) =>
  classes.flatMap((label) =>
    things[label].flatMap((text) =>
      words.map((word) => ({ label, text: text.replace("%", word) })),
    ),
  );
// Short and long in one batch: most of the shorter ones' tokens are padding.
const asked = [
  ...sentences(["the hall"]).map(({ text }) => text),
  "who won the election in 1960?",
  "why",
  "colourless green ideas sleep furiously",
  "the treaty was signed after months of talks between the two governments and their advisers",
];

/** As numbers that pass from the page to the test. */
const listed = (verdicts) =>
  Object.fromEntries(Object.entries(verdicts).map(([key, values]) => [key, [...values]]));

function compare(theirs, ours, threshold, what) {
  ours.score.forEach((score, row) => {
    const off = tolerance(score, "auto");
    close([theirs.score.data[row]], [score], { absolute: off }, `${what}: score of row ${row}`);
    if (Math.abs(score - threshold) > off)
      same(theirs.accepted.data[row], ours.accepted[row], `${what}: row ${row}`);
  });
}

/**
 * Compares graphs of every front with transformers.js's own; answers the last one and what the gate
 * says of the sentences.
 */
globalThis.compareFronts = async () => {
  const extract = await pipeline("feature-extraction", name, { dtype: "q8" });
  const tokenizer = await AutoTokenizer.from_pretrained(name);
  const backbone = await AutoModel.from_pretrained(name, { dtype: "q8" });
  const tokens = await tokenizer(asked, { padding: true, truncation: true });
  const { last_hidden_state: hidden } = await backbone(tokens);
  const state = new ort.Tensor("float32", hidden.data, hidden.dims);
  const mask = new ort.Tensor("int64", tokens.attention_mask.data, tokens.attention_mask.dims);

  const taught = sentences(words);
  let last;
  for (const how of [
    { pooling: "cls", normalize: true },
    { pooling: "mean" },
    { pooling: "mean", normalize: true },
  ]) {
    const head = await createHead({ features: 384, classes, backend: "cpu" });
    await head.fit(
      await extract(
        taught.map(({ text }) => text),
        how,
      ),
      taught.map(({ label }) => label),
    );
    const { threshold } = await head.calibrate({ alpha: 0.1 });
    const ours = await head.gate(await extract(asked, how));
    const model = await head.exportOnnx({ includeTrainingRows: true, ...how });
    const fed = {
      last_hidden_state: state,
      ...(how.pooling === "mean" && { attention_mask: mask }),
    };
    const isWhole = how.pooling === "mean" && how.normalize;
    for (const provider of isWhole ? ["wasm", "webgpu"] : ["wasm"]) {
      const session = await ort.InferenceSession.create(model, { executionProviders: [provider] });
      compare(await session.run(fed), ours, threshold, `${provider}, ${JSON.stringify(how)}`);
      await session.release();
    }

    const { label, accepted, score } = ours;
    last = { model: [...model], texts: asked, threshold, ...listed({ label, accepted, score }) };
  }
  return {
    ...last,
    tokens: tokens.attention_mask.dims,
    padded: tokens.attention_mask.data.filter((one) => one === 0n).length,
  };
};
