// A head that is taught as a page teaches: rows come and go, classes too, and it is shown what is not wanted.

import { check, close, noise, refused, same } from "./check.mjs";

const width = 12;

/** Rows around the corner of one class. */
const rows = (each, seed, corner) =>
  noise(each * width, 100 * seed + corner).map((x, index) => 0.9 * x + ((index % width) % 6 === corner ? 2 : 0));
const join = (...parts) => Float32Array.from(parts.flatMap((part) => Array.from(part)));
const named = (count, name) => Array.from({ length: count }, () => name);
const share = ({ accepted }) => accepted.filter((is) => is === 1).length / accepted.length;

/** Enough for rows that are easily told apart; a calibration's heads train as long. */
const quick = { epochs: 60 };

/** A head of two classes, taught by adding rows. */
async function taught(create, options = {}) {
  const head = await create({ features: width, classes: ["oak", "elm"], ...options });
  const ids = await head.addRows(join(rows(20, 1, 0), rows(20, 1, 1)), [...named(20, "oak"), ...named(20, "elm")]);
  await head.fit(quick);
  return { head, ids };
}

export default {
  "a page's story: taught, corrected, extended, saved": async (place) => {
    const { create, keep, oodgate, backend } = place;
    const { head, ids } = await taught(create);
    same([Array.from(ids), head.rows], [[...Array(40).keys()], { count: 40, perClass: [20, 20], unknown: 0, dropped: 0 }], "forty rows");
    await head.calibrate();
    const known = join(rows(60, 2, 0), rows(60, 2, 1));
    check(share(await head.gate(known)) > 0.88, "the known are accepted");
    const strangers = rows(60, 2, 3);
    check(share(await head.gate(strangers)) < 0.2, "strangers are rejected");

    // A class is added tomorrow: what the others learnt stays.
    const before = await head.logits(known);
    same(await head.addClass("ash"), 2, "its index");
    same([head.classes, head.options.classes, head.calibration], [["oak", "elm", "ash"], ["oak", "elm", "ash"], undefined], "classes");
    const after = await head.logits(known);
    close(after.filter((_, index) => index % 3 < 2), before, { absolute: 1e-6, relative: 1e-6 }, "the others' logits");
    check((await head.predict(known)).classIndex.every((index) => index < 2), "an untaught class is never named");
    await head.addRows(rows(20, 1, 2), named(20, "ash"));
    await head.fit(quick);
    await head.calibrate();
    const all = join(known, rows(60, 2, 2));
    const { label } = await head.predict(all);
    const right = label.filter((name, row) => name === ["oak", "elm", "ash"][Math.floor(row / 60)]).length;
    check(right > 170, `${right} of 180 named rightly`);
    check(share(await head.gate(all)) > 0.88, "three classes are accepted");

    // Shown what is not wanted, it is surer, and the known are accepted as before.
    const { score: unsure } = await head.gate(strangers);
    const unknown = await head.addRows(rows(10, 1, 3), null);
    same([head.rows.unknown, head.calibration], [10, undefined], "examples of the unknown");
    await head.calibrate();
    const shown = await head.gate(strangers);
    const mean = (values) => values.reduce((sum, x) => sum + x, 0) / values.length;
    check(mean(shown.score) > mean(unsure) + 1, `${mean(shown.score)} after ${mean(unsure)}`);
    check(share(shown) < 0.1 && share(await head.gate(all)) > 0.88, "verdicts with examples");

    // A wrong label is corrected by removing and adding.
    const [wrong] = await head.addRows(rows(1, 9, 0), ["ash"]);
    same(await head.removeRows([wrong]), 1, "a row removed");
    await head.addRows(rows(1, 9, 0), ["oak"]);
    same(head.rows.perClass, [21, 20, 20], "rows of each class");
    same(await head.removeRows(unknown.slice(0, 4)), 4, "examples removed");
    same(await head.removeRows([wrong, 4_000_000_000]), 0, "ids of no row");

    // A class is removed: its rows are the unknown from now on.
    await head.renameClass("ash", "yew");
    await head.removeClass("elm", { rows: "unknown" });
    same([head.classes, head.rows], [["oak", "yew"], { count: 41, perClass: [21, 20], unknown: 26, dropped: 0 }], "two classes");
    await head.fit(quick);
    await head.calibrate({ alpha: 0.1 });
    check(share(await head.gate(rows(60, 2, 1))) < 0.2, "the removed class is unknown");

    // Saved, loaded (in a Worker where there are some) and taught on.
    const worker = place.worker || typeof Worker === "function";
    const loaded = keep(await oodgate.loadHead(await head.save(), { backend, worker }));
    same([loaded.classes, loaded.rows, loaded.steps], [head.classes, head.rows, head.steps], "the loaded head");
    same(loaded.calibration, head.calibration, "its calibration");
    same((await loaded.gate(all)).score, (await head.gate(all)).score, "its scores");
    const [one, other] = [await head.addRows(rows(3, 5, 2), named(3, "yew")), await loaded.addRows(rows(3, 5, 2), named(3, "yew"))];
    same(other, one, "ids go on");
    same([(await loaded.fit(quick)).loss, (await loaded.calibrate()).threshold], [(await head.fit(quick)).loss, (await head.calibrate()).threshold], "taught on alike");
  },

  "rows added and removed leave what the same rows at once would": async ({ create }) => {
    const features = join(rows(12, 1, 0), rows(12, 1, 1));
    const labels = [...named(12, 0), ...named(12, 1)];
    const plain = await create({ features: width, classes: 2 });
    await plain.fit(features, labels, { epochs: 20 });
    const head = await create({ features: width, classes: 2 });
    const extra = await head.addRows(rows(5, 7, 4), named(5, 1));
    await head.addRows(features.slice(0, 6 * width), named(6, 0));
    const odd = await head.addRows(rows(2, 8, 4), null);
    await head.addRows(features.slice(6 * width), labels.slice(6));
    same(await head.removeRows([...extra, ...odd]), 7, "removed");
    await head.fit({ epochs: 20 });
    const asked = join(rows(5, 2, 0), rows(5, 2, 3));
    for (const scorer of ["auto", "knn", "mahalanobis"]) {
      same(await head.oodScore(asked, { scorer }), await plain.oodScore(asked, { scorer }), scorer);
    }
    same(await head.logits(asked), await plain.logits(asked), "logits");
    same((await head.calibrate()).threshold, (await plain.calibrate()).threshold, "thresholds");
  },

  "a head remembers no more than it is told to": async (place) => {
    const { create, keep, oodgate, backend } = place;
    const memory = { perClass: 8, perGroup: 3 };
    const head = await create({ features: width, classes: ["oak", "elm"], memory });
    same(head.options.memory, memory, "options");
    const groups = Array.from({ length: 20 }, (_, row) => `press ${row % 4}`);
    const ids = await head.addRows(rows(20, 1, 0), named(20, "oak"), { groups });
    same(ids.length, 20, "all have ids");
    same([head.rows.perClass, head.rows.dropped], [[8, 0], 12], "the newest of each press");
    same(Array.from(await head.rowIds()), [12, 13, 14, 15, 16, 17, 18, 19], "their ids");
    await head.addRows(rows(9, 1, 3), null);
    same([head.rows.unknown, head.rows.dropped], [8, 13], "examples of the unknown");
    const loaded = keep(await oodgate.loadHead(await head.save(), { backend }));
    same([loaded.rows, loaded.options.memory], [head.rows, memory], "loaded");
    const { warning } = await head.fit(join(rows(12, 2, 0), rows(12, 2, 1)), [...named(12, 0), ...named(12, 1)], { epochs: 2 });
    check(/8 rows were dropped/.test(warning), warning);
    same([head.rows.perClass, head.rows.dropped], [[8, 8], 21], "fitted");
  },

  "removed rows leave no trace in a file": async ({ create }) => {
    const { head, ids } = await taught(create, { standardize: false });
    const secret = Float32Array.from({ length: width }, (_, column) => 1234.5 + column);
    const [hidden] = await head.addRows(secret, ["oak"]);
    const [example] = await head.addRows(secret.map((x) => x + 1), null);
    const bytes = (value) => new Uint8Array(Float32Array.of(value).buffer);
    const holds = (file, part) => file.some((_, at) => part.every((byte, offset) => file[at + offset] === byte));
    const trained = await head.save();
    check(holds(trained, bytes(1234.5)) && holds(trained, bytes(1236.5)), "rows are in the file");
    same(await head.removeRows([hidden, example]), 2, "removed");
    const file = await head.save();
    check(!holds(file, bytes(1234.5)) && !holds(file, bytes(1236.5)), "removed rows are not");
    same(await head.removeRows(ids), 40, "all others");
    const bare = await head.save();
    check(!new TextDecoder().decode(bare).includes("training."), "nor fingerprints");
    await refused(() => head.fit(), "too-few-rows", "remembers none", "addRows");
    await refused(() => head.calibrate(), "too-few-rows", "remembers none");
  },

  "a fit that would forget a class is refused, and adds when asked to": async ({ create }) => {
    const { head } = await taught(create);
    const more = rows(10, 3, 0);
    await refused(() => head.fit(more, named(10, "oak")), "invalid-labels", 'remember: "add"', "removeRows", '"elm"');
    same(head.rows.perClass, [20, 20], "nothing is lost");
    await head.fit(more, named(10, "oak"), { remember: "add", epochs: 5 });
    same(head.rows.perClass, [30, 20], "added");
    await head.fit(more, named(10, "oak"), { remember: "add", epochs: 5 });
    same(head.rows.perClass, [30, 20], "not twice");
    await head.fit(join(more, rows(10, 3, 1)), [...named(10, "oak"), ...named(10, "elm")], { epochs: 5 });
    same(head.rows.perClass, [10, 10], "replaced");
    const { warning } = await head.fit({ validationSplit: 0.2, epochs: 5 });
    check(/calibrate\(\)/.test(warning) && head.calibration === undefined, warning);
    same(head.rows.count, 20, "held-out rows of its own stay");
  },

  "labels keep their class while classes change": async ({ create }) => {
    const head = await create({ features: width, classes: ["oak", "elm", "ash"] });
    const calls = [head.removeClass("oak"), head.addRows(rows(3, 1, 2), named(3, "ash")), head.addRows(rows(2, 1, 1), named(2, 1))];
    await Promise.all(calls);
    same([head.classes, head.rows.perClass], [["elm", "ash"], [2, 3]], "by name and by index");
    const late = [head.removeClass("elm"), head.addRows(rows(1, 1, 1), ["elm"])];
    await late[0];
    await refused(() => late[1], "invalid-labels", "labels[0]", '"elm"', "removed");
    await refused(() => head.removeClass("ash"), "invalid-option", "name", "the only one");
  },

  "a class of three beside one of three hundred": async ({ create }) => {
    const features = join(rows(150, 1, 0), rows(3, 1, 1).map((x) => 0.6 * x));
    const labels = [...named(150, 0), ...named(3, 1)];
    const recall = async (options) => {
      const head = await create({ features: width, classes: 2, loss: { kind: "crossEntropy" } });
      const { warning } = await head.fit(features, labels, { epochs: 3, ...options });
      same(warning?.includes("a class of 3 rows") ?? false, Object.keys(options).length === 0, `told: ${warning}`);
      const { classIndex } = await head.predict(rows(60, 2, 1).map((x) => 0.6 * x));
      return classIndex.reduce((sum, index) => sum + index, 0) / classIndex.length;
    };
    const plain = await recall({});
    const balanced = await recall({ classWeights: "balanced" });
    check(balanced > plain + 0.2, `recall ${balanced} balanced, ${plain} as it is`);
    same(await recall({ classWeights: [1 / 50, 1] }), await recall({ weights: labels.map((label) => (label === 1 ? 50 : 1)) }),
      "weights by class and by row");
    same(await recall({ weights: labels.map(() => 7) }), plain, "only proportions matter");
  },

  "why: neighbours by id, and parts that add up": async ({ create }) => {
    const { head } = await taught(create);
    const unknown = await head.addRows(rows(6, 1, 3), null);
    const asked = join(rows(4, 2, 0), rows(4, 2, 3));
    for (const scorer of ["auto", "knn"]) {
      await head.calibrate({ scorer });
      const { k, id, classIndex, distance, parts } = await head.explain(asked);
      same([k, id.length, classIndex.length, distance.length], [5, 40, 40, 40], "shapes");
      const sums = Float32Array.from({ length: 8 }, (_, row) => Object.values(parts).reduce((sum, part) => sum + part[row], 0));
      close(sums, (await head.gate(asked)).score, { absolute: 1e-4, relative: 1e-5 }, `parts of ${scorer}`);
      check(Array.from(id.slice(35)).every((one) => unknown.includes(one)) && classIndex[39] === -1, "examples are named");
      check(id[0] < 20 && classIndex[0] === 0, "rows are named");
      check(distance.every((far, index) => index % 5 === 0 || far >= distance[index - 1]), "the nearest first");
    }
    same((await head.explain(asked, { k: 1 })).id.length, 8, "as many as asked for");
    await refused(() => head.explain(asked, { k: 47 }), "invalid-option", "options.k", "at most 46");
    await refused(() => head.explain(asked, { k: 0 }), "invalid-option", "options.k");
    const empty = await create({ features: width, classes: 2 });
    await refused(() => empty.explain(asked), "too-few-rows", "addRows");
  },

  "an evaluation says it class by class": async ({ create }) => {
    const { head } = await taught(create);
    const id = { features: join(rows(30, 2, 0), rows(10, 2, 1)), labels: [...named(30, 0), ...named(10, 1)] };
    const { accuracy, auroc, confusion, precision, recall, roc } = await head.evaluate(id, { features: rows(20, 2, 3) });
    const [a, b, c, d] = confusion;
    same([a + b, c + d], [30, 10], "rows of each class");
    close([accuracy, recall[0], recall[1], precision[0]], [(a + d) / 40, a / 30, d / 10, a / (a + c)], { absolute: 1e-12 }, "shares");
    const points = Array.from(roc.falsePositiveRate, (x, point) => [x, roc.truePositiveRate[point]]);
    const area = points.slice(1).reduce((sum, [x, y], point) => sum + (x - points[point][0]) * (y + points[point][1]) / 2, 0);
    close([area], [auroc], { absolute: 1e-9 }, "the area below the curve");
  },

  "rows in a file: whole, half, none": async ({ create, keep, oodgate, backend, worker }) => {
    const { head } = await taught(create);
    await head.addRows(rows(5, 1, 3), null);
    await head.calibrate();
    const load = async (rowsAs) => keep(await oodgate.loadHead(await head.save({ rows: rowsAs }), { backend, worker }));
    const asked = join(rows(4, 2, 0), rows(4, 2, 3));
    const scores = await head.oodScore(asked);
    same(await (await load("float32")).oodScore(asked), scores, "whole");
    const half = await load("float16");
    close(await half.oodScore(asked), scores, { absolute: 0.02, relative: 0.01 }, "half");
    same(half.rows, head.rows, "rows at half precision");
    const none = await load("none");
    same([none.rows.count, none.calibration], [0, head.calibration], "none");
    same(await none.logits(asked), await head.logits(asked), "its weights");
    await refused(() => none.gate(asked), "scorer-not-fitted", "auto");
    await refused(() => head.save({ rows: "half" }), "invalid-option", "options.rows", '"half"');
    await refused(() => head.save({ row: "none" }), "invalid-option", '"row"');
    const far = await create({ features: 2, classes: 2 });
    await far.fit([[1e6, 0], [0, 1]], [0, 1], { epochs: 1 });
    await refused(() => far.save({ rows: "float16" }), "invalid-option", "options.rows", "65504");
    const near = await create({ features: 2, classes: 2 });
    await near.fit([[1e-8, 0], [0, 2e-8]], [0, 1], { epochs: 1 });
    await refused(() => near.save({ rows: "float16" }), "invalid-option", "options.rows", "0.0001", "1.58114e-8");
    check((await near.save()).length > 0, "as they are");
  },

  "weights go out and in by PyTorch's names": async ({ create }) => {
    for (const hidden of [[], [7]]) {
      const { head } = await taught(create, { hidden });
      const weights = await head.weights();
      const names = hidden.length === 0 ? ["0.weight", "0.bias"] : ["0.weight", "0.bias", "2.weight", "2.bias"];
      same(Object.keys(weights), names, "names");
      same(weights["0.weight"].shape, [hidden[0] ?? 2, width], "a shape");
      const asked = join(rows(4, 2, 0), rows(4, 2, 3));
      const before = await head.logits(asked);
      const steps = head.steps;
      await head.calibrate();
      await head.setWeights(weights);
      same([head.steps, head.calibration], [steps, undefined], "steps stay, the calibration ends");
      close(await head.logits(asked), before, { absolute: 1e-4, relative: 1e-4 }, "the same weights");
      const fresh = await create({ features: width, classes: ["oak", "elm"], hidden });
      await fresh.setWeights(weights);
      close(await fresh.logits(asked), before, { absolute: 1e-4, relative: 1e-4 }, "in another head");
      const data = weights["0.bias"].data.map(() => NaN);
      await refused(() => head.setWeights({ ...weights, "0.bias": { ...weights["0.bias"], data } }), "not-finite", "weights");
      const { "0.bias": bias, ...rest } = weights;
      await refused(() => head.setWeights(rest), "invalid-option", "0.bias");
      await refused(() => head.setWeights({ ...weights, "1.bias": bias }), "invalid-option", '"1.bias"');
      await refused(() => head.setWeights({ ...rest, "0.bias": { shape: [1], data: bias.data } }), "invalid-option", "shape");
      close(await head.logits(asked), before, { absolute: 1e-4, relative: 1e-4 }, "refused weights change nothing");
    }
  },
};
