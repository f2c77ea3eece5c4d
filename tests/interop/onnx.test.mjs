// Exported ONNX models in onnxruntime-web, against the gate of the head that they were exported from.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as ort from "onnxruntime-web";
import { close, noise } from "../suite/check.mjs";
import { createHead } from "../../pkg/dist/index.js";

ort.env.wasm.numThreads = 1;

const scorers = [
  "msp", "maxLogit", "energy", "entropy", "gen", "maxCosine", "gradNorm", "odin",
  { name: "msp", temperature: 0.3 }, { name: "energy", temperature: 0.1 }, { name: "entropy", temperature: 0.2 },
  { name: "gen", gamma: 0.4, m: 2, temperature: 0.5 }, { name: "odin", epsilon: 0.05, temperature: 2 },
];

/** Rows around one centre per class. */
function blobs(rows, { features: width, classes }, seed) {
  const centre = (row, column) => (Math.sin((row % classes + 1) * (column + 1) * 12.9898) > 0.5 ? 1 : 0);
  const features = noise(rows * width, seed).map((x, index) => 0.8 * x + centre(Math.floor(index / width), index % width));
  return { features, labels: Int32Array.from({ length: rows }, (_, row) => row % classes) };
}

/** Known rows, strangers, a row of zeros, rows far too short and far too long. */
function questions(options, rows) {
  const scales = [0, 1e-6, 1, 1, 1, 3, 10, 1e3, 1e5];
  const strange = scales.flatMap((scale, index) => Array.from(noise(options.features, 50 + index), (x) => scale * x));
  return Float32Array.from([...blobs(rows, options, 5).features, ...strange]);
}

async function trained(options) {
  const head = await createHead({ ...options, backend: "cpu" });
  const { features, labels } = blobs(240, options, 1);
  await head.fit(features, labels, { epochs: 15, batchSize: 24 });
  return head;
}

const load = async (head) => ort.InferenceSession.create(await head.exportOnnx(), { executionProviders: ["wasm"] });

async function answers(session, features, width) {
  const { logits, probabilities, score, p_value: pValue, accepted } = await session.run({
    features: new ort.Tensor("float32", features, [features.length / width, width]),
  });
  for (const output of [score, pValue, accepted]) assert.deepEqual(output.dims, [features.length / width]);
  const data = { logits, probabilities, score, pValue, accepted };
  return Object.fromEntries(Object.entries(data).map(([name, tensor]) => [name, tensor.data]));
}

/** How far a score may be off. The two sum in different orders; the logits' own rounding is most of it. */
const tolerance = (score) => 2e-6 * (1 + Math.abs(score));

/** Compares a model with its head; answers how many rows there were and how many p-values had to be the same. */
async function compare(head, width, features, { held, calibration }, what) {
  const theirs = await answers(await load(head), features, width);
  const ours = await head.gate(features);
  const logits = await head.logits(features);
  const largest = logits.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  close(theirs.logits, logits, { absolute: 1e-6 * largest, relative: 1e-5 }, `${what}: logits`);
  close(theirs.probabilities, ours.probabilities, { absolute: 2e-5 }, `${what}: probabilities`);

  const calibrated = (await head.gate(held)).score;
  const pValue = (score) => (1 + calibrated.filter((other) => other >= score).length) / (calibrated.length + 1);
  let exact = 0;
  ours.score.forEach((score, row) => {
    const off = tolerance(score);
    close([theirs.score[row]], [score], { absolute: off }, `${what}: score of row ${row}`);
    // Each may have gone to either side of the calibration scores that are as near as this.
    const [least, most] = [pValue(score + off), pValue(score - off)];
    assert.ok(theirs.pValue[row] >= least - 1e-6 && theirs.pValue[row] <= most + 1e-6, `${what}: p-value of row ${row}`);
    if (least === most) {
      exact += 1;
      assert.equal(theirs.pValue[row], ours.pValue[row], `${what}: p-value of row ${row}`);
    }
    const isClear = Math.abs(score - calibration.threshold) > off;
    if (isClear) assert.equal(theirs.accepted[row], ours.accepted[row], `${what}: verdict on row ${row}`);
    assert.equal(theirs.accepted[row], theirs.score[row] <= Math.fround(calibration.threshold) ? 1 : 0, `${what}: row ${row}`);
  });
  return [ours.score.length, exact];
}

for (const [kind, options] of Object.entries({
  "a linear head": { features: 6, classes: 3 },
  "a linear head trained with cross-entropy": { features: 6, classes: 3, loss: { kind: "crossEntropy" } },
  "a head with hidden layers": { features: 6, classes: 4, hidden: [12, 9], loss: { kind: "crossEntropy" } },
  "a head of one class": { features: 3, classes: 1 },
})) {
  test(`${kind}: every scorer says in onnxruntime-web what the gate says`, async (t) => {
    const head = await trained(options);
    const features = questions(options, 60);
    const total = [0, 0];
    for (const [index, scorer] of scorers.entries()) {
      // Each a different number of calibration rows: each a different bisection.
      const held = blobs([1, 2, 3, 63, 64, 65, 200][index % 7], options, 2);
      const calibration = await head.calibrate(held.features, held.labels, { alpha: 0.1, scorer });
      const [given, what] = [{ held: held.features, calibration }, JSON.stringify(scorer)];
      const counts = await compare(head, options.features, features, given, what);
      counts.forEach((count, index) => (total[index] += count));
    }
    t.diagnostic(`${scorers.length} models, ${total[0]} rows, ${total[1]} p-values that had to be the same`);
  });
}

test("a wide head, a large batch, many calibration rows", async () => {
  const options = { features: 24, classes: 130 };
  const head = await trained(options);
  const held = blobs(1000, options, 2);
  for (const scorer of ["gen", "odin", "entropy"]) {
    const calibration = await head.calibrate(held.features, held.labels, { scorer });
    await compare(head, options.features, blobs(1000, options, 7).features, { held: held.features, calibration }, scorer);
  }
});

test("a row with NaN or an infinity is rejected, and the others are not touched", async () => {
  for (const hidden of [[], [12]]) {
    const options = { features: 6, classes: 3, hidden };
    const head = await trained(options);
    const held = blobs(99, options, 2);
    for (const scorer of scorers) {
      await head.calibrate(held.features, held.labels, { scorer });
      const features = blobs(5, options, 5).features;
      const whole = await answers(await load(head), features, 6);
      [NaN, Infinity, -Infinity].forEach((bad, row) => (features[row * 7] = bad));
      const { score, pValue, accepted } = await answers(await load(head), features, 6);
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
  const head = await trained(options);
  const held = blobs(99, options, 2);
  const { threshold } = await head.calibrate(held.features, held.labels, { scorer: "maxCosine" });
  const session = await load(head);
  const features = questions(options, 10);
  const batch = await answers(session, features, 6);
  for (let row = 0; row < features.length / 6; row++) {
    const { score, accepted } = await answers(session, features.slice(row * 6, row * 6 + 6), 6);
    close(score, [batch.score[row]], { absolute: tolerance(batch.score[row]) }, `row ${row}`);
    if (Math.abs(score[0] - threshold) > tolerance(score[0])) assert.equal(accepted[0], batch.accepted[row]);
  }
});

test("what cannot be exported is refused", async () => {
  const options = { features: 6, classes: 3 };
  const head = await trained(options);
  await assert.rejects(() => head.exportOnnx(), { code: "not-calibrated", message: /exportOnnx/ });
  const held = blobs(99, options, 2);
  for (const scorer of ["knn", "auto"]) {
    await head.calibrate(held.features, held.labels, { scorer });
    await assert.rejects(() => head.exportOnnx(), { code: "invalid-option", message: /calibration\.scorer.*msp, maxLogit/ });
  }
});
