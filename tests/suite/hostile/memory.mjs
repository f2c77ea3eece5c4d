// Calls whose answers or copies no memory holds: refused before any of it is taken, because a wasm instance does not survive the
// attempt.

import { check, noise, refused, same } from "../check.mjs";
import { quietly } from "./driver.mjs";

export default {
  "answers beyond memory are refused, and the head goes on": async ({ create }) => {
    const count = 20_000;
    const head = await create({ features: 1, classes: count });
    const small = noise(2);
    await head.trainStep(small, [0, 1]);
    await head.calibrate(small, [0, 1], { scorer: "msp", alpha: 0.5 });
    const before = await head.logits(small);
    // 800 kilobytes of rows, 16 gigabytes of logits.
    const features = noise(200_000);
    const labels = new Uint8Array(200_000);
    await quietly(async () => {
      for (const call of [
        () => head.logits(features), () => head.predict(features), () => head.oodScore(features), () => head.gate(features),
        () => head.trainStep(features, labels), () => head.fit(features, labels, { batchSize: 200_000 }),
        () => head.calibrate(features, labels), () => head.evaluate({ features, labels }, { features: small }),
        () => head.evaluate({ features: small, labels: [0, 1] }, { features }),
      ]) {
        await refused(call, "out-of-memory", "memory");
        same([head.steps, head.calibration?.rows], [1, 2], "steps and calibration");
      }
    });
    await refused(() => head.oodScore(small, { scorer: "knn" }), "scorer-not-fitted");
    same(await head.logits(small), before, "logits");
    same((await head.trainStep(small, [0, 1])).step, 2, "steps");
  },

  "rows beyond memory are refused before they are copied": async ({ create }) => {
    const width = 65_536;
    const head = await create({ features: width, classes: 1 });
    const row = new Float32Array(width);
    const many = new Array(8193).fill(row);
    await refused(() => head.logits(many), "out-of-memory", "features", "536870912", String(8193 * width));
    const lengths = [];
    const lying = new Proxy(many, { get: (target, key) => (key === "length" ? lengths.push(key) && 8193 : target[key]) });
    await refused(() => head.logits(lying), "out-of-memory", "features");
    same(lengths.length, 1, "the length is asked for once");
    check((await head.logits([row])).length === 1, "and the head goes on");
  },
};
