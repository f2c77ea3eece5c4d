// Exported models with what comes before the head: mean pooling and unit length, as transformers.js
// does them. The programs of docs/onnx.md put such a model behind the language model's in Python.

import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import * as ort from "onnxruntime-web";
import { createHead } from "../../pkg/dist/index.js";
import { runProgram } from "../../examples/ray/run.mjs";
import { prepare } from "../../pkg/scripts/python.mjs";
import { at } from "../../pkg/scripts/shell.mjs";
import { close, noise } from "../suite/check.mjs";
import { inPage, miniLm } from "./in-page.mjs";
import { blobs, tolerance, trained } from "./models.mjs";

ort.env.wasm.numThreads = 1;

const float = (data, ...dims) => new ort.Tensor("float32", data, dims);

async function exported(options, layout) {
  const head = await trained({ createHead }, options);
  const held = blobs(99, options, 2);
  const { threshold } = await head.calibrate(held.features, held.labels, { alpha: 0.1 });
  const model = await head.exportOnnx({ includeTrainingRows: true, ...layout });
  return {
    head,
    threshold,
    session: await ort.InferenceSession.create(model, { executionProviders: ["wasm"] }),
  };
}

/** Every row's tokens, a mask that keeps the first of them, and the means over those kept. */
function texts(rows, tokens, width) {
  const features = noise(rows * tokens * width, 4).map((x, index) => x + (index % width) / width);
  const kept = Array.from({ length: rows }, (_, row) => 1 + (row % tokens));
  const mask = BigInt64Array.from({ length: rows * tokens }, (_, index) =>
    index % tokens < kept[Math.floor(index / tokens)] ? 1n : 0n,
  );
  const mean = (row, column) => {
    let sum = 0;
    for (let token = 0; token < kept[row]; token++)
      sum += features[(row * tokens + token) * width + column];
    return sum / kept[row];
  };
  const means = Float32Array.from({ length: rows * width }, (_, index) =>
    mean(Math.floor(index / width), index % width),
  );
  return { features, mask, means };
}

for (const hidden of [[], [12]]) {
  test(`mean pooling before ${hidden.length} hidden layers, of one text and of many`, async () => {
    const [width, tokens] = [6, 7];
    const { head, session, threshold } = await exported(
      { features: width, classes: 3, hidden },
      { pooling: "mean" },
    );
    for (const rows of [1, 50]) {
      const { features, mask, means } = texts(rows, tokens, width);
      const ours = await head.gate(means);
      const attention_mask = new ort.Tensor("int64", mask, [rows, tokens]);
      const theirs = await session.run({
        last_hidden_state: float(features, rows, tokens, width),
        attention_mask,
      });
      ours.score.forEach((score, row) => {
        const off = tolerance(score, "auto");
        close([theirs.score.data[row]], [score], { absolute: off }, `score of row ${row}`);
        if (Math.abs(score - threshold) > off)
          assert.equal(theirs.accepted.data[row], ours.accepted[row], `row ${row}`);
      });
    }
  });
}

test("what has no mean or no direction is rejected, and the others are not touched", async () => {
  const [width, tokens, rows] = [6, 4, 3];
  const { features, mask, means } = texts(rows, tokens, width);
  const of = ({ score, p_value: p, accepted }, row) => [
    score.data[row],
    p.data[row],
    accepted.data[row],
  ];
  const nothing = [NaN, Math.fround(1 / 100), 0];

  const pooled = await exported({ features: width, classes: 3 }, { pooling: "mean" });
  const run = (session, mask) =>
    session.run({
      last_hidden_state: float(features, rows, tokens, width),
      attention_mask: new ort.Tensor("int64", mask, [rows, tokens]),
    });
  const whole = await run(pooled.session, mask);
  const masked = mask.map((one, index) => (Math.floor(index / tokens) === 1 ? 0n : one));
  const answers = await run(pooled.session, masked);
  assert.deepEqual(of(answers, 1), nothing, "a text whose tokens are all masked");
  for (const row of [0, 2]) assert.deepEqual(of(answers, row), of(whole, row));

  const { head, session } = await exported({ features: width, classes: 3 }, { normalize: true });
  const lengths = Array.from({ length: rows }, (_, row) =>
    Math.hypot(...means.subarray(row * width, row * width + width)),
  );
  const ours = await head.gate(means.map((x, index) => x / lengths[Math.floor(index / width)]));
  const given = means.map((x, index) => (Math.floor(index / width) === 1 ? 0 : 1000 * x));
  const { score, ...others } = await session.run({ features: float(given, rows, width) });
  assert.deepEqual(of({ score, ...others }, 1), nothing, "a row of zeros has no unit length");
  for (const row of [0, 2])
    close(
      [score.data[row]],
      [ours.score[row]],
      { absolute: tolerance(ours.score[row], "auto") },
      `row ${row}`,
    );
});

test(
  "MiniLM's texts: the graph's front is transformers.js's, and one file takes token ids",
  { timeout: 300_000 },
  async (t) => {
    if (!existsSync(`${miniLm}/onnx/model_quantized.onnx`)) {
      assert.ok(!process.env.CI, "CI needs the language model");
      return t.skip("NOT RUN: the language model is not there; the set-up could not fetch it");
    }
    const { model, padded, tokens, ...page } = await inPage("front-page.mjs", () =>
      globalThis.compareFronts(),
    );
    assert.ok(padded > (tokens[0] * tokens[1]) / 3, "a third is padding");
    assert.ok(page.accepted.includes(0) && page.accepted.includes(1), `${page.accepted}`);

    const { python, missing } = prepare(
      "interop-python",
      at("tests", "interop", "requirements.txt"),
      /^(numpy|onnx|onnxruntime|tokenizers)$/,
    );
    if (missing !== undefined) {
      assert.ok(!process.env.CI, `CI needs Python 3 and its packages: ${missing}`);
      return t.skip(`Python: NOT RUN: ${missing}`);
    }
    const folder = at("target", "interop-front");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/gate.onnx`, Uint8Array.from(model));
    writeFileSync(`${folder}/texts.json`, JSON.stringify(page.texts));
    copyFileSync(`${miniLm}/onnx/model_quantized.onnx`, `${folder}/backbone.onnx`);
    copyFileSync(`${miniLm}/tokenizer.json`, `${folder}/tokenizer.json`);
    runProgram("merge.py", { python, folder, page: "onnx.md" });
    const said = runProgram("ask.py", { python, folder, page: "onnx.md" }).trim().split(/\r?\n/);
    assert.equal(said.length, page.texts.length);
    page.texts.forEach((text, row) => {
      // Another onnxruntime adds the backbone's features in another order.
      if (Math.abs(page.score[row] - page.threshold) < 1e-4 * (1 + Math.abs(page.score[row])))
        return;
      assert.equal(said[row], page.accepted[row] ? page.label[row] : "none of these", text);
    });
  },
);
