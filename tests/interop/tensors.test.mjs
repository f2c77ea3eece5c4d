// Tensors of onnxruntime-web as features: what a session answers goes into a head as it is.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as ort from "onnxruntime-web";
import { createHead } from "../../pkg/dist/index.js";
import { noise, refused } from "../suite/check.mjs";

ort.env.wasm.numThreads = 1;

const model = readFileSync(new URL("tiny-bert/onnx/model.onnx", import.meta.url));
const width = 16;

/** What a backbone says of `rows` sentences of `tokens` words. */
async function hidden(rows, tokens) {
  const session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"] });
  const words = noise(rows * tokens, 3).map((x) => Math.floor((x + 1) * 12));
  const ids = new ort.Tensor("int64", BigInt64Array.from(words, BigInt), [rows, tokens]);
  const { last_hidden_state: output } = await session.run({ input_ids: ids, attention_mask: ids, token_type_ids: ids });
  return output;
}

test("a session's output trains a head, calibrates it and is judged", async () => {
  const head = await createHead({ features: width, classes: 2, backend: "cpu" });
  const output = await hidden(40, 1);
  assert.deepEqual(output.dims, [40, 1, width]);
  await refused(() => head.logits(output), "invalid-features", "features.dims", "[rows, 16]", "3 dimensions");

  // One word a sentence: the rows are all there is.
  const features = output.reshape([40, width]);
  const copy = features.data.slice();
  const labels = Array.from({ length: 40 }, (_, row) => (features.data[row * width] > 0 ? 1 : 0));
  await head.fit(features, labels, { epochs: 10 });
  await head.trainStep(features, labels);
  await head.calibrate(features, labels, { scorer: "msp" });
  const { score } = await head.gate(features);
  assert.deepEqual(score, (await head.gate(copy)).score);
  assert.deepEqual(features.data, copy, "the tensor is as it was");

  const row = new ort.Tensor("float32", copy.slice(0, width), [width]);
  assert.deepEqual((await head.logits(row)).length, 2);
  head.dispose();
});

test("tensors of other precisions are converted", async () => {
  const head = await createHead({ features: 4, classes: 2, backend: "cpu" });
  const expected = await head.logits(Float32Array.of(1, -2, 0.5, 3));
  // onnxruntime-web takes the bits where there is no Float16Array.
  const bits = Uint16Array.of(0x3c00, 0xc000, 0x3800, 0x4200);
  const halves = typeof Float16Array === "function" ? new Float16Array(bits.buffer) : bits;
  for (const tensor of [
    new ort.Tensor("float64", Float64Array.of(1, -2, 0.5, 3), [1, 4]),
    new ort.Tensor("float16", halves, [1, 4]),
  ]) assert.deepEqual(await head.logits(tensor), expected, tensor.type);
  head.dispose();
});

test("tensors that hold no features are refused", async () => {
  const head = await createHead({ features: 4, classes: 2, backend: "cpu" });
  const tensors = {
    int64: new ort.Tensor("int64", BigInt64Array.of(1n, 2n, 3n, 4n), [1, 4]),
    int32: new ort.Tensor("int32", Int32Array.of(1, 2, 3, 4), [1, 4]),
    uint16: new ort.Tensor("uint16", Uint16Array.of(1, 2, 3, 4), [1, 4]),
    bool: new ort.Tensor("bool", Uint8Array.of(1, 0, 1, 0), [1, 4]),
    string: new ort.Tensor("string", ["a", "b", "c", "d"], [1, 4]),
  };
  for (const tensor of Object.values(tensors)) {
    await refused(() => head.logits(tensor), "invalid-features", "features.data", "a Float32Array");
  }
  await refused(() => head.logits(new ort.Tensor("float32", new Float32Array(8), [4, 2])), "invalid-features", "[4, 2]");
  await refused(() => head.logits(new ort.Tensor("float32", new Float32Array(0), [0, 4])), "invalid-features");

  // One whose numbers are elsewhere: nothing can be read of it without asking the device.
  const onGpu = ort.Tensor.fromGpuBuffer({}, { dataType: "float32", dims: [1, 4] });
  await refused(() => head.logits(onGpu), "invalid-features", "can be read", "getData()");
  const gone = new ort.Tensor("float32", new Float32Array(4), [1, 4]);
  gone.dispose();
  await refused(() => head.logits(gone), "invalid-features", "can be read");

  assert.equal((await head.logits(new ort.Tensor("float32", new Float32Array(8), [2, 4]))).length, 4, "and the head goes on");
  head.dispose();
});
