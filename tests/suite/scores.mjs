// Every scorer against its formula, written down naively in double precision from the head's own logits.

import { check, close, noise, refused, same } from "./check.mjs";

function softmax(logits, temperature = 1) {
  const max = Math.max(...logits);
  const shares = logits.map((f) => Math.exp((f - max) / temperature));
  const sum = shares.reduce((a, b) => a + b);
  return shares.map((share) => share / sum);
}

const total = (values) => values.reduce((a, b) => a + b, 0);
const logSumExp = (logits, t) => {
  const max = Math.max(...logits);
  return max / t + Math.log(total(logits.map((f) => Math.exp((f - max) / t))));
};

/** [scorer, formula from a row of logits and the last layer's input] */
const formulas = [
  ["msp", (f) => -Math.max(...softmax(f))],
  [{ name: "msp", temperature: 0.1 }, (f) => -Math.max(...softmax(f, 0.1))],
  ["maxLogit", (f) => -Math.max(...f)],
  ["energy", (f) => -logSumExp(f, 1)],
  [{ name: "energy", temperature: 0.1 }, (f) => -0.1 * logSumExp(f, 0.1)],
  ["entropy", (f) => -total(softmax(f).map((p) => (p > 0 ? p * Math.log(p) : 0)))],
  [{ name: "entropy", temperature: 2 }, (f) => -total(softmax(f, 2).map((p) => (p > 0 ? p * Math.log(p) : 0)))],
  ["gen", (f) => total(softmax(f).map((p) => (p * (1 - p)) ** 0.1))],
  [{ name: "gen", gamma: 0.5, m: 3 }, (f) => total(softmax(f).sort((a, b) => b - a).slice(0, 3).map((p) => (p * (1 - p)) ** 0.5))],
  ["maxCosine", (f) => -Math.max(...f) / Math.hypot(...f)],
  ["gradNorm", (f, z) => -total(softmax(f).map((p) => Math.abs(p - 1 / f.length))) * total(z.map(Math.abs))],
];

const rowsOf = (flat, width) => Array.from({ length: flat.length / width }, (_, row) => [...flat.slice(row * width, (row + 1) * width)]);

export default {
  "scores are their formulas of the logits": async ({ create }) => {
    const [width, classes] = [9, 13];
    const features = noise(20 * width).map((x) => 3 * x);
    const head = await create({ features: width, classes });
    const logits = rowsOf(await head.logits(features), classes);
    const inputs = rowsOf(features, width);
    for (const [scorer, formula] of formulas) {
      const expected = logits.map((f, row) => formula(f, inputs[row]));
      close(await head.oodScore(features, { scorer }), expected, { absolute: 2e-6, relative: 3e-6 }, JSON.stringify(scorer));
    }
  },

  "gradNorm of a head with hidden layers uses the last layer's input": async ({ create }) => {
    const head = await create({ features: 6, classes: 5, hidden: [8] });
    const scores = await head.oodScore(noise(60), { scorer: "gradNorm" });
    check(scores.length === 10 && scores.every((score) => score <= 0 && score !== scores[0]) === false, "ten scores, at most 0");
    // Twice the input does not give twice the score, as it would if |z| were the features'.
    const doubled = await head.oodScore(noise(60).map((x) => 2 * x), { scorer: "gradNorm" });
    check(doubled.some((score, row) => Math.abs(score - 2 * scores[row]) > 1e-4), "the penultimate layer has biases");
  },

  "auto without training rows is the best scorer of logits for the loss": async ({ create }) => {
    for (const [kind, best] of [["logitNorm", "maxCosine"], ["crossEntropy", "gen"]]) {
      const head = await create({ features: 4, classes: 3, loss: { kind } });
      const rows = noise(40);
      const scores = await head.oodScore(rows);
      close(await head.oodScore(rows, { scorer: "auto" }), scores, {}, "auto by name");
      close(await head.oodScore(rows, { scorer: best }), scores, {}, best);
      same((await head.calibrate(rows, Array.from({ length: 10 }, () => 1), { alpha: 0.1 })).scorer, best, "the calibration's scorer");
    }
  },

  "predictions are softmax of the logits": async ({ create }) => {
    const names = ["cat", "dog", "bird", "fish"];
    const head = await create({ features: 5, classes: names, hidden: [7] });
    const rows = noise(50).map((x) => 4 * x);
    const logits = rowsOf(await head.logits(rows), names.length);
    const { classIndex, label, probability, probabilities } = await head.predict(rows);
    logits.forEach((f, row) => {
      const p = softmax(f);
      close(probabilities.slice(row * 4, row * 4 + 4), p, { absolute: 1e-6 }, `row ${row}`);
      const best = p.indexOf(Math.max(...p));
      check(classIndex[row] === best && label[row] === names[best], `row ${row}: ${label[row]}`);
      close([probability[row]], [p[best]], { absolute: 1e-6 }, `row ${row}`);
    });
  },

  "scorers and their parameters are checked": async ({ create }) => {
    const head = await create({ features: 2, classes: 2 });
    const score = (scorer) => () => head.oodScore(noise(4), { scorer });
    await refused(score("mahalanobis2"), "invalid-option", "options.scorer", "msp", "mahalanobis2");
    await refused(score({ name: "msp", k: 3 }), "invalid-option", "options.scorer", "temperature", '"k"');
    await refused(score({ name: "energy", temperature: 0 }), "invalid-option", "options.scorer.temperature", "above 0", "0");
    await refused(score({ name: "gen", m: 1.5 }), "invalid-option", "options.scorer.m", "integer", "1.5");
    await refused(score({ name: "gen", gamma: "x" }), "invalid-option", "options.scorer.gamma", "number", '"x"');
    await refused(score({}), "invalid-option", "options.scorer.name", "undefined");
    await refused(score(7), "invalid-option", "options.scorer", "object", "7");
  },
};
