// Features from a transformers.js pipeline, as a page would use them: the program of page.test.mjs.

import { createHead } from "oodgate";
import { env, pipeline } from "@huggingface/transformers";

env.allowRemoteModels = false;
env.allowLocalModels = true;
env.localModelPath = "/models/";
env.backends.onnx.wasm.wasmPaths = "/node_modules/onnxruntime-web/dist/";
env.backends.onnx.wasm.numThreads = 1;
// What is asked of a server is then what the test sees.
env.useBrowserCache = false;
env.useWasmCache = false;

const money = ["bank", "bank account", "money", "card"];
const weather = ["rain", "sun", "cloud", "weather"];
const starts = ["what is the", "when is my", "how is a", "the", "my", "is a"];
const sentences = (words) => starts.flatMap((start) => words.map((word) => `${start} ${word}`));

globalThis.use = async (backend) => {
  const extract = await pipeline("feature-extraction", "tiny-bert", { dtype: "fp32", device: "wasm" });
  const texts = [...sentences(money), ...sentences(weather)];
  const labels = texts.map((_, row) => (row < texts.length / 2 ? "money" : "weather"));
  const options = { pooling: "mean", normalize: true };
  const features = await extract(texts, options);

  const optimizer = { kind: "adamw", learningRate: 0.1 };
  const head = await createHead({ features: 16, classes: ["money", "weather"], optimizer, backend });
  const { accuracy } = await head.fit(features, labels, { epochs: 50, batchSize: 8 });
  // Sentences of their own, with an ending that was not trained on.
  const held = await extract(texts.map((text) => `${text} on the train`), options);
  const calibration = await head.calibrate(held, labels, { alpha: 0.1, scorer: "maxCosine" });
  const one = await extract("what is my money", options);
  const verdict = await head.gate(one);
  const forms = [features, features.data, features.tolist(), features.slice(null, null), features.to("float64")];
  const scores = await Promise.all(forms.map(async (form) => [...(await head.gate(form)).score]));

  const refusals = {};
  const refused = async (name, given) => {
    refusals[name] = await head.gate(given).then(() => "no refusal", (error) => `${error.code}: ${error.message}`);
  };
  await refused("unpooled", await extract(texts));
  await refused("another width", features.slice(null, [0, 7]));
  await refused("numbers of another type", features.to("int32"));

  const answer = {
    dims: [features.dims, one.dims],
    accuracy,
    rows: calibration.rows,
    label: verdict.label,
    scores,
    first: [...(await head.gate(features[0])).score],
    refusals,
    kept: features.data.length,
  };
  head.dispose();
  return answer;
};
