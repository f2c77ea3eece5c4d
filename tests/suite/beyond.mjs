// Numbers that leave single precision: a row that overflows on its way is infinitely far for every
// scorer, and training that diverges is undone.

import { scorers } from "../lib/scorers.mjs";
import { check, noise, refused, same } from "./check.mjs";

const [width, classes] = [6, 3];

/** Rows about a centre for each class, none of them negative: "ash" and "scale" refuse others. */
function rows(count, seed) {
  const features = noise(count * width, seed).map((x, index) => {
    const [row, column] = [Math.floor(index / width), index % width];
    return 0.25 * (x + 1) + (column % classes === row % classes ? 1 : 0);
  });
  return { features, labels: Int32Array.from({ length: count }, (_, row) => row % classes) };
}

const largest = 3.4028234663852886e38;
const huge = [
  Array(width).fill(largest),
  Array(width).fill(1e36),
  [0.5, 0.5, largest, 0.5, 0.5, 0.5],
  Array(width).fill(-largest),
  [largest, -largest, largest, -largest, largest, -largest],
];

export default {
  "a row that overflows is infinitely far for every scorer, and rejected": async ({ create }) => {
    let infinite = 0;
    for (const hidden of [[], [256], [32, 16]]) {
      const head = await create({ features: width, classes, hidden });
      const { features, labels } = rows(60, 1);
      await head.fit(features, labels, { epochs: 10 });
      const held = rows(60, 2);
      for (const { name } of scorers) {
        const isSigned = hidden.length === 0 && ["ash", "scale"].includes(name);
        const given = huge.filter((row) => !isSigned || row.every((x) => x >= 0));
        const known = held.features.slice(0, 2 * width);
        const batch = Float32Array.from([...known, ...given.flat()]);
        const what = `${name}, hidden: [${hidden}]`;
        const logits = await head.logits(batch);
        await head.calibrate(held.features, held.labels, { scorer: name, alpha: 0.1 });
        const { score, accepted, pValue, probabilities } = await head.gate(batch);
        check(score.slice(0, 2).every(Number.isFinite), `${what}: ${score}`);
        for (let row = 2; row < score.length; row++) {
          const own = logits.subarray(row * classes, (row + 1) * classes);
          const said = `${what}, row ${row}: ${score[row]}`;
          check(Number.isFinite(score[row]) || score[row] === Infinity, said);
          check(own.every(Number.isFinite) || score[row] === Infinity, `${said} of ${own}`);
          if (score[row] !== Infinity) continue;
          infinite += 1;
          check(accepted[row] === 0 || accepted[row] === false, `${what}, row ${row}: accepted`);
          check(pValue[row] <= 0.1, `${what}, row ${row}: p ${pValue[row]}`);
        }
        for (let row = 0; row < score.length; row++) {
          const own = probabilities.subarray(row * classes, (row + 1) * classes);
          const sum = own.reduce((a, b) => a + b, 0);
          check(Math.abs(sum - 1) < 1e-5, `${what}, row ${row}: probabilities add up to ${sum}`);
        }
        const plain = await head.predict(batch);
        check(plain.probability.every(Number.isFinite), `${what}: ${plain.probability}`);
        same(plain.label.length, score.length, "labels");
      }
    }
    check(infinite > 100, `only ${infinite} rows overflow`);
  },

  "training that diverges is undone and named": async ({ create }) => {
    const { features, labels } = rows(30, 3);
    const fresh = rows(5, 4).features;
    for (const hidden of [[], [16]]) {
      const sgd = { kind: "sgd", learningRate: 0.05, momentum: 0.9 };
      for (const optimizer of [sgd, { kind: "adamw" }]) {
        const what = `hidden: [${hidden}], ${optimizer.kind}`;
        const head = await create({ features: width, classes, hidden, optimizer });
        for (const trained of [false, true]) {
          if (trained) await head.trainStep(features, labels);
          const [logits, steps] = [await head.logits(fresh), head.steps];
          const step = () => head.trainStep(features, labels, { learningRate: 1e30 });
          await refused(step, "not-finite", "learningRate", "1e30");
          same(await head.logits(fresh), logits, `${what}: logits`);
          same(head.steps, steps, `${what}: steps`);
        }
        const { loss } = await head.trainStep(features, labels);
        check(Number.isFinite(loss), `${what}: loss ${loss}`);
      }
      for (const kind of ["sgd", "adamw"]) {
        const optimizer = { kind, learningRate: 1e30 };
        const head = await create({ features: width, classes, hidden, optimizer });
        const logits = await head.logits(fresh);
        const what = `hidden: [${hidden}], ${kind}`;
        const patient = { epochs: 3, validationSplit: 0.3, patience: 1 };
        for (const options of [{ epochs: 2 }, { epochs: 3, onEpoch() {} }, patient]) {
          const fit = () => head.fit(features, labels, options);
          await refused(fit, "not-finite", "learningRate", "1e30");
          same(await head.logits(fresh), logits, `${what}: logits after a fit`);
        }
        const { loss } = await head.trainStep(features, labels, { learningRate: 0.01 });
        check(Number.isFinite(loss), `${what}: loss ${loss}`);
      }
    }
  },
};
