// Exported ONNX models in onnxruntime-web, in Node.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as ort from "onnxruntime-web";
import { createHead, loadHead } from "../../pkg/dist/index.js";
import { close } from "../suite/check.mjs";
import { answers, blobs, compare, load, questions, scorersOf, tolerance, trained } from "./models.mjs";

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
    const scorers = scorersOf(options);
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
  for (const scorer of ["gen", "odin", "entropy", "auto", "knn", "mahalanobis"]) {
    const calibration = await head.calibrate(held.features, held.labels, { scorer });
    const session = await load(ort, head, "wasm");
    await compare(ort, session, head, blobs(1000, options, 7).features, { held: held.features, calibration }, scorer);
  }
});

test("few rows of many features, with and without examples of the unknown", async () => {
  const options = { features: 60, classes: 3 };
  const head = await createHead({ ...options, backend: "cpu" });
  const { features, labels } = blobs(30, options, 1);
  await head.fit(features, labels, { epochs: 40 });
  for (const examples of [0, 8]) {
    if (examples > 0) await head.addRows(blobs(examples, options, 9).features.map((x) => 0.5 - x), null);
    const held = blobs(60, options, 2);
    const calibration = await head.calibrate(held.features, held.labels);
    const session = await load(ort, head, "wasm");
    await compare(ort, session, head, questions(options, 60), { held: held.features, calibration }, `auto, ${examples} examples`);
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
    for (const scorer of scorersOf(options)) {
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
  for (const scorer of ["knn", "nnGuide", "auto"]) {
    await head.calibrate(held.features, held.labels, { scorer });
    const refusal = { code: "invalid-option", message: /exportOnnx\(\{ includeTrainingRows: true \}\), because .* 240 of them/ };
    await assert.rejects(() => head.exportOnnx(), refusal);
    await assert.rejects(() => head.exportOnnx({ includeTrainingRows: false }), refusal);
  }
  for (const scorer of ["mahalanobis", "she", "msp"]) {
    await head.calibrate(held.features, held.labels, { scorer });
    assert.ok((await head.exportOnnx()).length > 500, `${scorer} holds no training rows`);
  }
});

test("fit, calibrate and export by default", async () => {
  const options = { features: 24, classes: ["oak", "quote \" and é", "__proto__", "四"] };
  const head = await createHead({ ...options, backend: "cpu" });
  const counted = { features: 24, classes: 4 };
  const { features, labels } = blobs(160, counted, 1);
  await head.fit(features, labels, { epochs: 15 });
  const { threshold, scorer } = await head.calibrate();
  assert.equal(scorer, "auto");
  const asked = questions(counted, 60);
  const gate = await head.gate(asked);
  const theirs = await answers(ort, await load(ort, head, "wasm"), asked, 24);
  assert.deepEqual(theirs.classes, options.classes);
  gate.score.forEach((score, row) => {
    const off = tolerance(score, "auto");
    close([theirs.score[row]], [score], { absolute: off }, `score of row ${row}`);
    if (Math.abs(score - threshold) > off) assert.equal(theirs.accepted[row], gate.accepted[row], `row ${row}`);
  });
  // Interpolated between calibration scores, of which neighbours may be close.
  close(theirs.pValue, gate.pValue, { absolute: 1e-3 }, "p-values");
});

test("a promise for each class says the same of each", async () => {
  const options = { features: 8, classes: 5 };
  for (const scorer of ["auto", "maxCosine"]) {
    for (const alpha of [0.05, 0.2, 0.01]) {
      const head = await trained({ createHead }, options);
      const held = blobs(160, options, 2);
      // One class with too few rows for its own threshold.
      const kept = Array.from(held.labels, (label, row) => label !== 4 || row < 60);
      const labels = held.labels.filter((_, row) => kept[row]);
      const features = held.features.filter((_, index) => kept[Math.floor(index / 8)]);
      await head.calibrate(features, labels, { scorer, alpha, perClass: true });
      const asked = questions(options, 200);
      const gate = await head.gate(asked);
      const theirs = await answers(ort, await load(ort, head, "wasm"), asked, 8);
      const differing = theirs.classSet.filter((may, index) => may !== gate.classSet[index]).length;
      const moved = theirs.pValue.filter((p, row) => Math.abs(p - gate.pValue[row]) > 1e-6).length;
      // A row whose score is a calibration score but for rounding: none of these.
      assert.deepEqual([differing, moved], [0, 0], `${scorer}, alpha ${alpha}`);
      assert.deepEqual(theirs.accepted, gate.accepted);
      assert.ok(gate.accepted.includes(0) || scorer !== "auto", "some are rejected");
    }
  }
});

test("a provisional threshold gives the p-values of the gate", async () => {
  const options = { features: 8, classes: 3 };
  const head = await trained({ createHead }, options);
  for (const [count, scorer, perClass] of [[2, "auto", false], [5, "maxCosine", false], [12, "auto", true], [18, "knn", false]]) {
    const held = blobs(count, options, 2);
    const { provisional } = await head.calibrate(held.features, held.labels, { scorer, provisional: true, perClass });
    assert.ok(provisional);
    const asked = questions(options, 100);
    const gate = await head.gate(asked);
    const theirs = await answers(ort, await load(ort, head, "wasm"), asked, 8);
    close(theirs.pValue, gate.pValue, { absolute: 1e-5 }, `${count} rows, p-values`);
    assert.deepEqual(theirs.accepted, gate.accepted, `${count} rows, verdicts`);
    const bad = await answers(ort, await load(ort, head, "wasm"), new Float32Array(8).fill(NaN), 8);
    assert.deepEqual([bad.pValue[0], bad.accepted[0]], [0, 0]);
  }
  // One class that takes all: every score is the same, and has no deviation.
  const single = { features: 3, classes: 1 };
  const one = await trained({ createHead }, single);
  const held = blobs(6, single, 2);
  await one.calibrate(held.features, held.labels, { scorer: "msp", provisional: true });
  const { pValue } = await answers(ort, await load(ort, one, "wasm"), questions(single, 5), 3);
  assert.ok(pValue.every((p) => p === 1));
});

test("scores beyond float32 are infinite and rejected, as in the gate", async () => {
  const options = { features: 8, classes: 3 };
  const head = await trained({ createHead }, options);
  const held = blobs(99, options, 2);
  for (const scorer of ["auto", "mahalanobis", "knn", "energy"]) {
    await head.calibrate(held.features, held.labels, { scorer });
    const asked = new Float32Array(16);
    asked[3] = 1e36;
    asked[9] = -3e38;
    const gate = await head.gate(asked);
    const theirs = await answers(ort, await load(ort, head, "wasm"), asked, 8);
    assert.deepEqual(theirs.accepted, gate.accepted, scorer);
    assert.ok(theirs.score.every((score) => !Number.isNaN(score)), `${scorer}: ${theirs.score}, ${gate.score}`);
  }
});

test("awkward training rows: duplicates, a class of one row, shifted, mixed units", async () => {
  const options = { features: 16, classes: 6 };
  const awkward = {
    duplicates: (x, row) => Math.round(x * 4) / 4 + (row % 7 === 0 ? 0 : 0),
    "shifted by 1000": (x) => x + 1000,
    "mixed units": (x, _, column) => x * 10 ** (column % 5 - 2),
    "ten times as long, some": (x, row) => (row % 10 === 0 ? 10 * x : x),
  };
  const map = (features, change) => features.map((x, index) => change(x, Math.floor(index / 16), index % 16));
  for (const [what, change] of Object.entries(awkward)) {
    for (const hidden of [[], [12]]) {
      const head = await createHead({ ...options, hidden, backend: "cpu" });
      const { features, labels } = blobs(180, options, 1);
      // The last class keeps one row.
      const alone = labels.map((label, row) => (label === 5 && row > 5 ? 0 : label));
      await head.fit(map(features, change), alone, { epochs: 10 });
      const held = blobs(60, options, 2);
      const calibration = await head.calibrate(map(held.features, change), held.labels, { scorer: "auto", alpha: 0.1 });
      const asked = map(Float32Array.from([...blobs(60, options, 5).features, ...features.subarray(0, 160)]), change);
      await compare(ort, await load(ort, head, "wasm"), head, asked, { held: map(held.features, change), calibration }, what);
    }
  }
});

test("examples of the unknown count in the model as in the gate", async () => {
  const options = { features: 16, classes: 4 };
  const head = await trained({ createHead }, options);
  const before = await head.oodScore(questions(options, 20));
  const example = (row) => blobs(40, options, 9).features.subarray(16 * row, 16 * row + 16).map((x) => 1 - x);
  const examples = Float32Array.from(Array.from({ length: 25 }, (_, row) => [...example(row)]).flat());
  await head.addRows(examples, null);
  const held = blobs(99, options, 2);
  const calibration = await head.calibrate(held.features, held.labels);
  const asked = Float32Array.from([...questions(options, 20), ...examples.map((x) => x + 0.01)]);
  assert.ok((await head.oodScore(questions(options, 20))).some((score, row) => score > before[row] + 0.1), "they count");
  await compare(ort, await load(ort, head, "wasm"), head, asked, { held: held.features, calibration }, "unknown");
  const { score } = await answers(ort, await load(ort, head, "wasm", { bank: 50 }), asked, 16);
  assert.ok(score.every(Number.isFinite), "with fewer training rows, too");
});

test("a head that was saved without its rows says so", async () => {
  const options = { features: 6, classes: 3 };
  const head = await trained({ createHead }, options);
  const held = blobs(99, options, 2);
  await head.calibrate(held.features, held.labels);
  const again = await loadHead(await head.save({ rows: "none" }), { backend: "cpu" });
  await assert.rejects(() => again.exportOnnx({ includeTrainingRows: true }), { code: "scorer-not-fitted" });
});
