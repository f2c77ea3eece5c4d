// Exported ONNX models in onnxruntime-web, in Node.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as ort from "onnxruntime-web";
import { createHead } from "../../pkg/dist/index.js";
import { close } from "../suite/check.mjs";
import { answers, blobs, compare, load, questions, scorers, tolerance, trained } from "./models.mjs";

ort.env.wasm.numThreads = 1;

for (const [kind, options] of Object.entries({
  "a linear head": { features: 6, classes: 3 },
  "a linear head trained with cross-entropy": { features: 6, classes: 3, loss: { kind: "crossEntropy" } },
  "a head with hidden layers": { features: 6, classes: 4, hidden: [12, 9], loss: { kind: "crossEntropy" } },
  "a head of one class": { features: 3, classes: 1 },
})) {
  test(`${kind}: every scorer says in onnxruntime-web what the gate says`, async (t) => {
    const head = await trained({ createHead }, options);
    const features = questions(options, 60);
    const total = [0, 0];
    for (const [index, scorer] of scorers.entries()) {
      // Each a different number of calibration rows: each a different bisection.
      const count = [1, 2, 3, 63, 64, 65, 200][index % 7];
      const held = blobs(count, options, 2);
      // As small as so many rows allow, down to a tenth.
      const alpha = Math.max(0.1, 1 / (count + 1));
      const calibration = await head.calibrate(held.features, held.labels, { alpha, scorer });
      const [given, what] = [{ held: held.features, calibration }, JSON.stringify(scorer)];
      const counts = await compare(ort, await load(ort, head, "wasm"), head, features, given, what);
      counts.forEach((count, index) => (total[index] += count));
    }
    t.diagnostic(`${scorers.length} models, ${total[0]} rows, ${total[1]} p-values that had to be the same`);
  });
}

test("a wide head, a large batch, many calibration rows", async () => {
  const options = { features: 24, classes: 130 };
  const head = await trained({ createHead }, options);
  const held = blobs(1000, options, 2);
  for (const scorer of ["gen", "odin", "entropy"]) {
    const calibration = await head.calibrate(held.features, held.labels, { scorer });
    const session = await load(ort, head, "wasm");
    await compare(ort, session, head, blobs(1000, options, 7).features, { held: held.features, calibration }, scorer);
  }
});

test("a score that is a calibration score, or the threshold, counts as in the gate", async () => {
  // The only class of a head takes all: each score is exactly -1, in every engine.
  const options = { features: 3, classes: 1 };
  const head = await trained({ createHead }, options);
  const held = blobs(40, options, 2);
  const { threshold } = await head.calibrate(held.features, held.labels, { scorer: "msp" });
  assert.equal(threshold, -1);
  const features = questions(options, 5);
  const { score, pValue, accepted } = await answers(ort, await load(ort, head, "wasm"), features, 3);
  const gate = await head.gate(features);
  assert.deepEqual([score, pValue, accepted], [gate.score, gate.pValue, gate.accepted]);
  assert.ok(pValue.every((p) => p === 1) && accepted.every((verdict) => verdict === 1));
});

test("a row with NaN or an infinity is rejected, and the others are not touched", async () => {
  for (const hidden of [[], [12]]) {
    const options = { features: 6, classes: 3, hidden };
    const head = await trained({ createHead }, options);
    const held = blobs(99, options, 2);
    for (const scorer of scorers) {
      await head.calibrate(held.features, held.labels, { scorer });
      const features = blobs(5, options, 5).features;
      const whole = await answers(ort, await load(ort, head, "wasm"), features, 6);
      [NaN, Infinity, -Infinity].forEach((bad, row) => (features[row * 7] = bad));
      const { score, pValue, accepted } = await answers(ort, await load(ort, head, "wasm"), features, 6);
      assert.ok(score.subarray(0, 3).every(Number.isNaN), `${JSON.stringify(scorer)}: ${score}`);
      assert.deepEqual([...pValue.subarray(0, 3)], Array(3).fill(Math.fround(1 / 100)));
      assert.deepEqual([...accepted.subarray(0, 3)], [0, 0, 0]);
      assert.deepEqual(score.subarray(3), whole.score.subarray(3));
      assert.deepEqual(pValue.subarray(3), whole.pValue.subarray(3));
    }
  }
});

test("one row at a time gives what a batch gives", async () => {
  const options = { features: 6, classes: 3 };
  const head = await trained({ createHead }, options);
  const held = blobs(99, options, 2);
  const { threshold } = await head.calibrate(held.features, held.labels, { scorer: "maxCosine" });
  const session = await load(ort, head, "wasm");
  const features = questions(options, 10);
  const batch = await answers(ort, session, features, 6);
  for (let row = 0; row < features.length / 6; row++) {
    const { score, accepted } = await answers(ort, session, features.slice(row * 6, row * 6 + 6), 6);
    close(score, [batch.score[row]], { absolute: tolerance(batch.score[row]) }, `row ${row}`);
    if (Math.abs(score[0] - threshold) > tolerance(score[0])) assert.equal(accepted[0], batch.accepted[row]);
  }
});

test("what cannot be exported is refused", async () => {
  const options = { features: 6, classes: 3 };
  const head = await trained({ createHead }, options);
  await assert.rejects(() => head.exportOnnx(), { code: "not-calibrated", message: /exportOnnx/ });
  const held = blobs(99, options, 2);
  for (const scorer of ["knn", "auto"]) {
    await head.calibrate(held.features, held.labels, { scorer });
    await assert.rejects(() => head.exportOnnx(), { code: "invalid-option", message: /calibration\.scorer.*msp, maxLogit/ });
  }
});
