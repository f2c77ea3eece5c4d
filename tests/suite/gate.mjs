// calibrate, gate and evaluate: the temperature, the promise, the p-values, and what they need.

import { check, close, noise, refused, same } from "./check.mjs";

const [width, classes] = [6, 3];

/** Rows around one centre per class, and rows around none. */
function blobs(rows, seed) {
  const features = noise(rows * width, seed).map((x, index) => {
    const [row, column] = [Math.floor(index / width), index % width];
    return 0.8 * x + (column % classes === row % classes ? 1 : 0);
  });
  return { features, labels: Int32Array.from({ length: rows }, (_, row) => row % classes) };
}

const foreign = (rows) => noise(rows * width, 99).map((x) => 0.4 * x - 0.6);

async function trained(create, options = {}) {
  const head = await create({ features: width, classes: ["a", "b", "c"], ...options });
  const { features, labels } = blobs(240, 1);
  await head.fit(features, labels, { epochs: 15, batchSize: 24 });
  return head;
}

export default {
  "the gate keeps its promise, and knows a stranger": async ({ create }) => {
    for (const kind of ["logitNorm", "crossEntropy"]) {
      const head = await trained(create, { loss: { kind } });
      const held = blobs(1999, 2);
      const fresh = blobs(3000, 3);
      for (const alpha of [0.01, 0.05, 0.1]) {
        const calibration = await head.calibrate(held.features, held.labels, { alpha, scorer: "msp" });
        same([calibration.alpha, calibration.rows, calibration.scorer, calibration.warning], [alpha, 1999, "msp", undefined], "fields");
        const { accepted } = await head.gate(fresh.features);
        const rejected = 1 - accepted.reduce((sum, x) => sum + x) / accepted.length;
        // Three standard deviations of 3000 rows, and as much again for the 1999 that set the threshold.
        check(Math.abs(rejected - alpha) < 6 * Math.sqrt((alpha * (1 - alpha)) / 3000), `${kind}, ${alpha}: ${rejected} rejected`);
      }
      const { accepted, pValue } = await head.gate(foreign(200));
      check(accepted.reduce((sum, x) => sum + x) < 150, `${kind}: strangers are rejected`);
      check(pValue.every((p) => p > 0 && p <= 1), "p-values");
    }
  },

  "p-values count calibration scores, and the threshold agrees": async ({ create }) => {
    const head = await trained(create);
    const held = blobs(99, 2);
    const { threshold } = await head.calibrate(held.features, held.labels, { alpha: 0.1 });
    const calibrated = await head.oodScore(held.features);
    const { score, pValue, accepted } = await head.gate(blobs(60, 5).features);
    close(score, await head.oodScore(blobs(60, 5).features), {}, "scores");
    score.forEach((s, row) => {
      const p = (1 + calibrated.filter((c) => c >= s).length) / 100;
      close([pValue[row]], [p], { absolute: 1e-6 }, `p-value of row ${row}`);
      same([accepted[row], s > threshold], [p <= 0.1 + 1e-9 ? 0 : 1, p <= 0.1 + 1e-9], `row ${row}`);
    });
  },

  "the temperature minimises the negative log-likelihood and a prior": async ({ create }) => {
    for (const kind of ["logitNorm", "crossEntropy"]) {
      const head = await trained(create, { loss: { kind } });
      const { features, labels } = blobs(900, 2);
      const logits = await head.logits(features);
      const { temperature, eceBefore, eceAfter } = await head.calibrate(features, labels);
      const each = Array.from(labels, (_, row) => logits.slice(row * classes, (row + 1) * classes));
      const range = (f) => Math.max(...f) - f.reduce((sum, x) => sum + x) / classes;
      const base = each.reduce((sum, f) => sum + range(f), 0) / each.length / (3 * Math.log(classes));
      const prior = (t) => Math.log(t / base) ** 2 / (2 * 0.5 ** 2);
      const loss = (t) => prior(t) + labels.reduce((sum, label, row) => {
        const u = Array.from(logits.slice(row * classes, (row + 1) * classes), (f) => f / t);
        const max = Math.max(...u);
        return sum + max + Math.log(u.reduce((s, x) => s + Math.exp(x - max), 0)) - u[label];
      }, 0);
      check(loss(temperature) <= Math.min(loss(temperature * 1.01), loss(temperature / 1.01)), `${kind}: ${temperature}`);
      check(eceAfter < 0.05 && eceAfter <= eceBefore + 0.02, `${kind}: ECE ${eceBefore} to ${eceAfter}`);
    }
  },

  "predictions use the calibrated temperature": async ({ create, oodgate: { metrics } }) => {
    const head = await trained(create);
    const { features, labels } = blobs(300, 2);
    const before = await head.predict(features);
    const { eceBefore, eceAfter } = await head.calibrate(features, labels);
    const after = await head.predict(features);
    same(after.label, before.label, "the classes are the same");
    close([metrics.ece(before.probabilities, labels)], [eceBefore], { absolute: 1e-6 }, "ECE before");
    // Said of rows that the temperature was not fitted to.
    close([metrics.ece(after.probabilities, labels)], [eceAfter], { absolute: 0.03 }, "ECE after");
    const gated = await head.gate(features);
    close(gated.probabilities, after.probabilities, {}, "the gate's probabilities");
    same([gated.label, gated.classIndex, gated.probability.length], [after.label, after.classIndex, 300], "the gate's classes");
  },

  "training ends a calibration": async ({ create }) => {
    const head = await trained(create);
    const { features, labels } = blobs(60, 2);
    await refused(() => head.gate(features), "not-calibrated", "calibrate");
    const calibration = await head.calibrate(features, labels);
    check(head.calibration === calibration && Object.isFrozen(calibration), "the head shows its calibration");
    await head.oodScore(features);
    check(head.calibration === calibration, "scoring does not end it");
    await head.trainStep(features, labels);
    same(head.calibration, undefined, "calibration after training");
    await refused(() => head.gate(features), "not-calibrated", "again after every training or change of the rows");
  },

  "a fit with held-out rows calibrates with them": async ({ create }) => {
    const head = await create({ features: width, classes });
    const { features, labels } = blobs(300, 1);
    await head.fit(features, labels, { epochs: 3, validationSplit: 0.2 });
    same([head.calibration.rows, head.calibration.alpha, head.calibration.warning], [60, 0.05, undefined], "calibration");
    same((await head.gate(features)).accepted.length, 300, "verdicts");
  },

  "a calibration that cannot be trusted says so": async ({ create }) => {
    const head = await trained(create);
    const training = blobs(240, 1);
    check(/240 of the 240 .* training/.test((await head.calibrate(training.features, training.labels)).warning), "training rows");
    const rounded = training.features.map((x) => x * (1 + 1e-6));
    check(/240 of the 240 .* training but for rounding/.test((await head.calibrate(rounded, training.labels)).warning), "rounded training rows");
    const few = blobs(18, 4);
    await refused(() => head.calibrate(few.features, few.labels), "too-few-rows", "18 calibration rows", "19", "alpha 0.053");
    const provisional = await head.calibrate(few.features, few.labels, { provisional: true });
    check(provisional.provisional && Number.isFinite(provisional.threshold), "a provisional threshold");
    same((await head.calibrate(blobs(19, 4).features, blobs(19, 4).labels)).warning, undefined, "nineteen rows");
  },

  "sparse rows are not taken for one another": async ({ create }) => {
    const [width, rows, ones] = [2000, 40, 8];
    const sparse = (seed) => {
      const features = new Float32Array(rows * width);
      noise(rows * ones, seed).forEach((x, index) => {
        features[Math.floor(index / ones) * width + Math.floor((0.5 + x / 2) * width)] = 1;
      });
      return features;
    };
    const labels = Array.from({ length: rows }, (_, row) => row % 2);
    const head = await create({ features: width, classes: 2 });
    await head.fit(sparse(1), labels, { epochs: 2 });
    for (const scorer of ["msp", "knn"]) {
      // All of them are as far from every training row: knn says so.
      const { warning: told = "" } = await head.calibrate(sparse(2), labels, { scorer });
      check(scorer === "knn" ? !/training/.test(told) : told === "", `${scorer}: ${told}`);
      const { warning } = await head.calibrate(sparse(1), labels, { scorer });
      check(/40 of the 40 .* training:/.test(warning), `${scorer}: ${warning}`);
    }
  },

  "evaluate agrees with the metrics": async ({ create, oodgate: { metrics } }) => {
    const head = await trained(create);
    const id = blobs(150, 6);
    const ood = { features: foreign(80) };
    for (const scorer of ["auto", "msp", { name: "energy", temperature: 0.5 }]) {
      const result = await head.evaluate(id, ood, { scorer });
      const [known, unknown] = [await head.oodScore(id.features, { scorer }), await head.oodScore(ood.features, { scorer })];
      const { classIndex, probabilities } = await head.predict(id.features);
      const expected = [
        classIndex.filter((index, row) => index === id.labels[row]).length / 150, metrics.ece(probabilities, id.labels),
        metrics.auroc(known, unknown), metrics.auprOut(known, unknown), metrics.auprIn(known, unknown), metrics.fprAtTpr(known, unknown),
      ];
      const { accuracy, ece, auroc, auprOut, auprIn, fpr95 } = result;
      close([accuracy, ece, auroc, auprOut, auprIn, fpr95], expected, { absolute: 1e-9 }, JSON.stringify(scorer));
    }
  },

  "bad calibrations are refused and change nothing": async ({ create }) => {
    const head = await trained(create);
    const { features, labels } = blobs(60, 2);
    const calibration = await head.calibrate(features, labels);
    for (const [options, word] of [[{ alpha: 0 }, "0"], [{ alpha: 1 }, "1"], [{ alpha: "5%" }, '"5%"'], [{ alpha: NaN }, "NaN"]]) {
      await refused(() => head.calibrate(features, labels, options), "invalid-option", "options.alpha", word);
    }
    await refused(() => head.calibrate(features, labels, { level: 1 }), "invalid-option", "alpha", "scorer", "level");
    await refused(() => head.calibrate(features, labels.slice(1)), "invalid-labels", "60 rows");
    await refused(() => head.calibrate(new Float32Array(0), []), "invalid-features", "positive multiple");
    await refused(() => head.gate(Float32Array.of(1, 2)), "invalid-features", "multiple of 6");
    await refused(() => head.evaluate({ features, labels }, { features: Float32Array.of(1) }), "invalid-features", "ood.features");
    await refused(() => head.evaluate({ features, labels: [9] }, { features }), "invalid-labels", "id.labels");
    await refused(() => head.evaluate(undefined, { features }), "invalid-features", "id", "undefined");
    check(head.calibration === calibration, "the calibration stands");
  },
};
