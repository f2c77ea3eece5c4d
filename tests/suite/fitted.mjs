// The scorers that compare with training rows: pytorch-ood's values, through the public API, and what they ask for.

import { scorers } from "../lib/scorers.mjs";
import { check, close, noise, refused } from "./check.mjs";

const fittedScorers = scorers
  .filter(({ name, needs }) => needs === "trainingRows" && name !== "auto").map(({ name }) => name);

/** Largest absolute value: a score's rounding is relative to the terms that it is made of. */
const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

export default {
  "fitted scores agree with pytorch-ood": async ({ create, golden }) => {
    const { data, cases } = await golden("fitted.json");
    const [train, queries] = [Float32Array.from(data.train), Float32Array.from(data.queries)];
    for (const { name, hidden, loss, optimizer, seed, steps, logits, scores } of cases) {
      const options = { features: data.features, classes: data.classes, hidden, loss, optimizer, seed };
      // PyTorch trained on the features as they are.
      const head = await create({ ...options, standardize: false });
      for (let step = 0; step < steps; step++) await head.trainStep(train, data.labels);
      await head.fitScorers(train, data.labels);
      close(await head.logits(queries), logits, { absolute: 1e-4, relative: 1e-4 }, `${name}: logits`);
      for (const { scorer, sensitivity, expected } of scores) {
        // `sensitivity` is what weights that are 1e-5 off do to the score.
        const tolerance = { absolute: 4 * sensitivity + 1e-6 * largest(expected) };
        close(await head.oodScore(queries, { scorer }), expected, tolerance, `${name}: ${JSON.stringify(scorer)}`);
      }
    }
  },

  "fitted scorers need training rows": async ({ create }) => {
    const head = await create({ features: 3, classes: 2 });
    for (const scorer of fittedScorers) {
      await refused(() => head.oodScore(noise(6), { scorer }), "scorer-not-fitted", scorer, "fitScorers");
      await refused(() => head.calibrate(noise(6), [0, 1], { scorer }), "scorer-not-fitted", scorer);
    }
    await head.fitScorers(noise(30), [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    for (const scorer of fittedScorers.filter((name) => name !== "ash" && name !== "scale")) {
      check((await head.oodScore(noise(6), { scorer })).every(Number.isFinite), scorer);
    }
    for (const scorer of ["ash", "scale"]) {
      await refused(() => head.oodScore(noise(6), { scorer }), "invalid-features", "at least 0", scorer);
    }
  },

  "fit gathers what the scorers need, and they stay right after more training": async ({ create }) => {
    const [rows, labels] = [noise(120), Array.from({ length: 30 }, (_, row) => row % 3)];
    const head = await create({ features: 4, classes: 3, hidden: [5] });
    await head.fit(rows, labels, { epochs: 2, batchSize: 8 });
    for (const scorer of fittedScorers) check((await head.oodScore(noise(20), { scorer })).length === 5, scorer);
    await head.trainStep(rows, labels);
    for (const scorer of fittedScorers) {
      const scores = await head.oodScore(noise(20), { scorer });
      await head.fitScorers(rows, labels);
      close(await head.oodScore(noise(20), { scorer }), scores, {}, `${scorer}: the same rows handed over again`);
    }
  },

  "a gate works with a fitted scorer": async ({ create }) => {
    const head = await create({ features: 2, classes: 2 });
    const corner = (count, x) => Array.from({ length: count }, (_, i) => [x + 0.1 * Math.sin(i), 1 - x + 0.1 * Math.cos(7 * i)]);
    const labels = (count) => Array.from({ length: 2 * count }, (_, row) => Number(row >= count));
    await head.fit([...corner(30, 0), ...corner(30, 1)], labels(30), { epochs: 3 });
    const calibration = await head.calibrate([...corner(20, 0.01), ...corner(20, 1.01)], labels(20), { scorer: { name: "knn", k: 3 } });
    check(calibration.scorer === "knn", calibration.scorer);
    const { accepted } = await head.gate([[0.02, 1.01], [-3, -3]]);
    check(accepted[0] === 1 && accepted[1] === 0, `${accepted}`);
    // Other rows to compare with: the threshold no longer holds.
    await head.fitScorers(corner(30, 0), Array.from({ length: 30 }, () => 0));
    await refused(() => head.gate([[0, 1]]), "not-calibrated", "calibrate");
  },

  "what a fitted scorer is given is checked": async ({ create }) => {
    const head = await create({ features: 3, classes: 2 });
    await refused(() => head.fitScorers(noise(6), [0]), "invalid-labels", "2 rows", "1 labels");
    await refused(() => head.fitScorers([[1, 2, NaN]], [0]), "not-finite", "features, row 0, column 2");
    await refused(() => head.oodScore(noise(3), { scorer: "knn" }), "scorer-not-fitted", "knn");
    await head.fitScorers(noise(15), [0, 1, 0, 1, 0]);
    const score = (scorer) => () => head.oodScore(noise(3), { scorer });
    await refused(score({ name: "knn", k: 6 }), "invalid-option", "options.scorer.k", "at most 5", "6");
    await refused(score({ name: "knn", k: 0 }), "invalid-option", "options.scorer.k", "at least 1");
    await refused(score({ name: "rmd", ridge: -1 }), "invalid-option", "options.scorer.ridge", "at least 0");
    await refused(score({ name: "rmd", normalize: 1 }), "invalid-option", "options.scorer.normalize", "true or false");
    await refused(score({ name: "vim", dimensions: 3 }), "invalid-option", "options.scorer.dimensions", "at most 2");
    await refused(score({ name: "react", percentile: 100 }), "invalid-option", "options.scorer.percentile", "(0, 100)");
    await refused(score({ name: "ash", variant: "x" }), "invalid-option", "options.scorer.variant", '"s"');
    await refused(score({ name: "odin", epsilon: -1 }), "invalid-option", "options.scorer.epsilon", "at least 0");
    await refused(score({ name: "she", k: 3 }), "invalid-option", "options.scorer", '"k"');
  },
};
