// Every accepted form of features and labels means the same rows.

import { close, noise, refused, same } from "./check.mjs";

export default {
  "all forms of features give the same logits": async ({ create }) => {
    const head = await create({ features: 3, classes: 4 });
    const flat = noise(12);
    const rows = [0, 1, 2, 3].map((row) => flat.slice(3 * row, 3 * row + 3));
    const expected = await head.logits(flat);
    const forms = {
      "tensor [rows, features]": { data: flat, dims: [4, 3] },
      "typed rows": rows,
      "plain rows": rows.map((row) => [...row]),
      "array-likes": rows.map((row) => ({ length: 3, 0: row[0], 1: row[1], 2: row[2] })),
      "a view into a larger buffer": new Float32Array([9, ...flat, 9]).subarray(1, 13),
    };
    // Bits of halves, as onnxruntime-web gives them where there is no Float16Array: 1, -2, 0.5 and the like are exact.
    const bits = Uint16Array.of(0x3c00, 0xc000, 0x3800, 0x0001, 0x8400, 0x7bff);
    const halves = Float32Array.of(1, -2, 0.5, 2 ** -24, -(2 ** -14), 65504);
    const exact = await head.logits(halves);
    Object.assign(forms, {
      "a Float64Array": Float64Array.from(flat),
      "a tensor of a Float64Array": { data: Float64Array.from(flat), dims: [4, 3] },
    });
    same(await head.logits({ data: bits, dims: [2, 3], type: "float16" }), exact, "a tensor of halves by their bits");
    if (typeof Float16Array === "function") {
      same(await head.logits(Float16Array.from(halves)), exact, "a Float16Array");
      same(await head.logits({ data: Float16Array.from(halves), dims: [2, 3] }), exact, "a tensor of a Float16Array");
    }
    for (const [form, value] of Object.entries(forms)) close(await head.logits(value), expected, {}, form);
    close(await head.logits({ data: flat.slice(0, 3), dims: [3] }), expected.slice(0, 4), { absolute: 1e-6 }, "tensor [features]");
  },

  "all forms of labels mean the same classes": async ({ create }) => {
    const features = noise(12);
    const losses = [];
    for (const labels of [
      [0, 2, 1, 2], ["red", "blue", "green", "blue"],
      Int32Array.of(0, 2, 1, 2), Uint32Array.of(0, 2, 1, 2), Uint16Array.of(0, 2, 1, 2), Uint8Array.of(0, 2, 1, 2),
    ]) {
      const head = await create({ features: 3, classes: ["red", "green", "blue"] });
      losses.push((await head.trainStep(features, labels)).loss);
    }
    same(losses, losses.map(() => losses[0]), "losses");
  },

  "counted classes are named by their numbers": async ({ create }) => {
    const head = await create({ features: 2, classes: 3 });
    same(head.classes, ["0", "1", "2"], "classes");
    await head.trainStep(noise(4), ["2", "0"]);
  },

  "a misspelt label is shown beside the names that there are": async ({ create }) => {
    const few = await create({ features: 2, classes: ["cat", "dog"] });
    await refused(() => few.fit(noise(4), ["cat", "dgo"]), "invalid-labels", 'labels[1]: expected a class index or name ("cat", "dog"), got "dgo"');
    await few.addClass("bird");
    await refused(() => few.addRows(noise(2), ["brid"]), "invalid-labels", '("cat", "dog", "bird")');
    const many = await create({ features: 2, classes: 30 });
    await refused(() => many.fit(noise(2), ["30"]), "invalid-labels", '"10", "11" and 18 more)');
  },

  "arrays that were given are neither kept nor changed": async ({ create }) => {
    const head = await create({ features: 3, classes: 2 });
    const [features, labels] = [noise(12), Uint8Array.of(0, 1, 0, 1)];
    const [featuresBefore, labelsBefore] = [features.slice(), labels.slice()];
    const twin = await create({ features: 3, classes: 2 });
    // Overwritten at once: calls that still wait must have their own copy.
    const tensor = { data: features, dims: [4, 3] };
    const calls = [head.trainStep(features, labels), head.trainStep(tensor, labels), head.fit(features, labels, { epochs: 2 })];
    features.fill(NaN);
    labels.fill(9);
    await Promise.all(calls);
    await twin.trainStep(featuresBefore, labelsBefore);
    await twin.trainStep({ data: featuresBefore, dims: [4, 3] }, labelsBefore);
    await twin.fit(featuresBefore, labelsBefore, { epochs: 2 });
    close(await head.logits(featuresBefore), await twin.logits(featuresBefore), {}, "logits");
    await twin.logits(featuresBefore);
    same(featuresBefore, noise(12), "features");
  },

  "one class and one row work": async ({ create }) => {
    const head = await create({ features: 2, classes: 1 });
    const { loss, accuracy } = await head.trainStep(noise(2), [0]);
    same([loss, accuracy], [0, 1], "loss and accuracy of the only class");
    same((await head.oodScore(noise(2))).length, 1, "scores");
  },
};
