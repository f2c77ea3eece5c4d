// "auto": the combination that a fit makes possible, and selectScorer.

import { check, close, noise, refused, same } from "./check.mjs";

/** Rows of 6 features around one corner per class, and their classes. */
function corners(classes, rowsOfEach, seed) {
  const spread = noise(classes.length * rowsOfEach * 6, seed);
  const labels = Array.from({ length: classes.length * rowsOfEach }, (_, row) => classes[row % classes.length]);
  const features = spread.map((x, i) => 0.3 * x + (i % 6 === labels[Math.floor(i / 6)] ? 1 : 0));
  return { features, labels };
}

const median = (scores) => [...scores].sort((a, b) => a - b)[Math.floor(scores.length / 2)];

export default {
  "auto combines what a fit knows, and does not change with calibration": async ({ create }) => {
    const head = await create({ features: 6, classes: 3 });
    const { features, labels } = corners([0, 1, 2], 30, 1);
    await head.fit(features, labels, { epochs: 5 });
    const known = corners([0, 1, 2], 20, 2);
    const unknown = corners([3, 4, 5], 20, 3);
    const scores = await head.oodScore(unknown.features);
    check(median(scores) > 2 + median(await head.oodScore(known.features)), "unknown rows lie deviations away");
    const { scorer, warning } = await head.calibrate(known.features, known.labels);
    same([scorer, warning], ["auto", undefined], "the calibration");
    close(await head.oodScore(unknown.features), scores, {}, "the score after calibrate");
    const { accepted, score } = await head.gate(unknown.features);
    close(score, scores, {}, "the gate's score");
    check(accepted.every((verdict) => verdict === 0), `unknown rows are rejected: ${accepted}`);
  },

  "selectScorer ranks candidates by classes left out": async ({ create }) => {
    const head = await create({ features: 6, classes: ["a", "b", "c", "d", "e", "f"], seed: 3 });
    const { features, labels } = corners([0, 1, 2, 3, 4, 5], 20, 4);
    await head.fit(features, labels, { epochs: 5 });
    const before = await head.logits(features);
    const selection = await head.selectScorer(features, labels);
    check(Object.keys(selection.auroc).includes("auto"), JSON.stringify(selection));
    check(selection.auroc.auto > 0.9, `auto's AUROC is ${selection.auroc.auto}`);
    same(await head.selectScorer(features, labels), selection, "the same again");
    same(await head.logits(features), before, "the head itself");

    const single = await head.selectScorer(features, labels, { candidates: ["knn"], folds: 2 });
    same(single.scorer, "knn", "the only candidate");
    close(await head.oodScore(features), await head.oodScore(features, { scorer: "knn" }), {}, "auto stands for it");
  },

  "selectScorer can be stopped and checks what it is given": async ({ create }) => {
    const head = await create({ features: 6, classes: 3 });
    const { features, labels } = corners([0, 1, 2], 20, 5);
    const select = (options, given = labels) => () => head.selectScorer(features, given, options);
    const stopped = AbortSignal.abort(new Error("enough"));
    check((await select({ signal: stopped })().catch((error) => error.message)) === "enough", "the signal's reason");
    const controller = new AbortController();
    // Rows for a good part of a second: a browser that has just opened a page may be late with a timer.
    const many = corners([0, 1, 2], 2000, 5);
    setTimeout(() => controller.abort(new Error("later")), 1);
    const outcome = await head.selectScorer(many.features, many.labels, { signal: controller.signal }).catch((error) => error.message);
    check(outcome === "later", "stopped under way");
    await refused(select({ folds: 1 }), "invalid-option", "options.folds", "at least 2", "1");
    await refused(select({ candidates: [] }), "invalid-option", "options.candidates", "at least one");
    await refused(select({ candidates: ["knn", "best"] }), "invalid-option", "options.candidates[1]", "best");
    await refused(select({ candidates: "knn" }), "invalid-option", "options.candidates", "array");
    await refused(select({ turns: 3 }), "invalid-option", "turns");
    await refused(select({}, labels.map(() => 1)), "invalid-labels", "2 classes");
    await refused(select({}, [0]), "invalid-labels", "60 rows");
    check((await head.selectScorer(features, labels, { candidates: ["auto", "msp"] })).scorer !== undefined, "and it goes on");
  },
};
