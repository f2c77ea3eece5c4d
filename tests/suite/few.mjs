// What a newcomer does: five classes, twenty rows each, nothing held out, a typo; and what answers must not mislead.

import { check, noise, refused, same } from "./check.mjs";

const width = 10;
const classes = ["red", "green", "blue", "white", "black"];

/** Rows around one corner per class. */
function rows(each, seed, spread = 1) {
  const features = noise(each * classes.length * width, seed).map((x, index) => {
    const [row, column] = [Math.floor(index / width), index % width];
    return spread * x + (column % classes.length === row % classes.length ? 3 : 0);
  });
  return [features, Array.from({ length: each * classes.length }, (_, row) => classes[row % classes.length])];
}

const strangers = (count) => noise(count * width, 77).map((x) => x - 3);
const rejected = ({ accepted }) => accepted.filter((is) => is === 0).length / accepted.length;

export default {
  "a gate without a row held out": async ({ create }) => {
    const head = await create({ features: width, classes });
    const fit = await head.fit(...rows(20, 1));
    check(fit.steps >= 500 && fit.history.length >= 1, `${fit.steps} steps`);
    const calibration = await head.calibrate();
    same([calibration.method, calibration.rows, calibration.provisional, calibration.alpha], ["cross", 100, false, 0.05], "fields");
    check(head.calibration === calibration && Object.isFrozen(calibration), "the head's calibration");
    check(calibration.eceAfter < 0.15 && Number.isFinite(calibration.threshold), JSON.stringify(calibration));
    const known = await head.gate(rows(60, 2)[0]);
    check(rejected(known) < 0.15, `${rejected(known)} of the known rejected`);
    const unknown = await head.gate(strangers(100));
    check(rejected(unknown) > 0.95, `${rejected(unknown)} of the unknown rejected`);
    const walked = [...known];
    same(walked.length, 300, "rows");
    same(walked[7], { classIndex: known.classIndex[7], label: known.label[7], probability: known.probability[7],
      accepted: known.accepted[7] === 1, score: known.score[7], pValue: known.pValue[7] }, "a row");
  },

  "too few rows are never an open gate": async ({ create }) => {
    const head = await create({ features: width, classes });
    await refused(() => head.calibrate(), "too-few-rows", "remembers none", "fit");
    const { warning } = await head.fit(...rows(30, 1), { validationSplit: 0.1 });
    check(/15 held-out rows are too few/.test(warning), warning);
    await refused(() => head.gate(strangers(1)), "not-calibrated", "calibrate()");
    await head.fit(...rows(2, 1));
    await refused(() => head.calibrate(), "too-few-rows", "10 calibration rows", "alpha 0.091");
    same((await head.calibrate({ alpha: 0.1 })).provisional, false, "an alpha that they allow");
    const provisional = await head.calibrate({ provisional: true });
    check(provisional.provisional && Number.isFinite(provisional.threshold), "a provisional threshold");
    await refused(() => head.calibrate({ alhpa: 0.1 }), "invalid-option", "alpha", '"alhpa"');
  },

  "a fit says what it could not learn, and a calibration what it cannot tell": async ({ create }) => {
    const warningOf = async (head, ...given) => (await head.fit(...given)).warning ?? "";
    const [features, labels] = rows(20, 9);
    const more = await create({ features: width, classes: [...classes, "tyop"] });
    const untaught = await warningOf(more, features, labels);
    check(untaught.includes('"tyop"'), `a class without rows: ${untaught}`);
    const same = await warningOf(await create({ features: width, classes }), new Float32Array(100 * width), labels);
    check(same.includes("all rows are the same"), `a backbone that answers nothing: ${same}`);
    const single = await create({ features: width, classes: ["only"] });
    await single.fit(features, labels.map(() => "only"));
    const { warning } = await single.calibrate({ scorer: "msp" });
    check(/same score by "msp"/.test(warning), `a gate that cannot close: ${warning}`);
    check((await single.calibrate()).warning === undefined, "by distances it can");
  },

  "an epoch's report is its listener's own": async ({ create }) => {
    const head = await create({ features: width, classes });
    const { history } = await head.fit(...rows(6, 10), { epochs: 3, onEpoch: (report) => void (report.loss = -1) });
    check(history.length === 3 && history.every(({ loss }) => loss > 0), JSON.stringify(history));
  },

  "groups, by number or by name, stay together": async ({ create }) => {
    const [features, labels] = rows(24, 3);
    const byNumber = labels.map((_, row) => Math.floor(row / 30));
    const byName = byNumber.map((group) => `session ${group}`);
    const thresholds = [];
    for (const groups of [byNumber, Int32Array.from(byNumber), byName]) {
      const head = await create({ features: width, classes });
      await head.fit(features, labels, { groups, epochs: 20 });
      const { rows: count, threshold } = await head.calibrate();
      same(count, 120, "rows");
      thresholds.push(threshold);
    }
    same(thresholds, thresholds.map(() => thresholds[0]), "thresholds");
    const head = await create({ features: width, classes });
    await head.fit(features, labels, { epochs: 20, groups: labels });
    await refused(() => head.calibrate(), "too-few-rows", "single group");
  },

  "a class of its own width has its own threshold": async ({ create }) => {
    const head = await create({ features: width, classes });
    await head.fit(...rows(40, 4));
    const calibration = await head.calibrate(...rows(40, 5), { perClass: true, alpha: 0.1 });
    same(calibration.thresholds.length, classes.length, "thresholds");
    const gated = await head.gate(strangers(50));
    same(gated.classSet.length, 50 * classes.length, "sets");
    gated.accepted.forEach((accepted, row) => {
      const set = gated.classSet.slice(row * classes.length, (row + 1) * classes.length);
      same(Math.max(...set), accepted, `row ${row}`);
    });
    check(!("classSet" in (await head.calibrate(...rows(40, 5)), await head.gate(strangers(1)))), "no sets without it");
  },

  "features may be shifted, scaled and of mixed units": async ({ create }) => {
    const units = Array.from({ length: width }, (_, column) => 10 ** ((column % 5) - 2));
    for (const change of [(x) => x + 1000, (x) => 1e-3 * x, (x, index) => (x + 5) * units[index % width]]) {
      const head = await create({ features: width, classes, loss: { kind: "crossEntropy" } });
      const [features, labels] = rows(20, 6);
      await head.fit(features.map(change), labels);
      const [test, answers] = rows(40, 7);
      const { label } = await head.predict(test.map(change));
      const hits = label.filter((name, row) => name === answers[row]).length;
      check(hits >= 196, `${change}: ${hits} of 200`);
      await head.calibrate({ alpha: 0.1 });
      check(rejected(await head.gate(strangers(100).map(change))) > 0.9, `${change}: strangers`);
    }
  },

  "a calibration from the head's own rows is saved, stopped and repeated": async (place) => {
    const { create, keep, oodgate, backend, worker } = place;
    const head = await create({ features: width, classes });
    const groups = Array.from({ length: 60 }, (_, row) => `shot ${row % 12}`);
    await head.fit(...rows(12, 8), { groups, epochs: 40 });
    const reason = new Error("stop");
    const stopped = await head.calibrate({ signal: AbortSignal.abort(reason) }).catch((error) => error);
    check(stopped === reason && head.calibration === undefined, "stopped");
    const first = await head.calibrate({ perClass: true });
    const again = await head.calibrate({ perClass: true });
    same(again, first, "the same rows, the same calibration");
    const loaded = keep(await oodgate.loadHead(await head.save(), { backend, worker }));
    same(loaded.calibration, head.calibration, "the loaded calibration");
    const queries = strangers(20);
    const [one, other] = [await head.gate(queries), await loaded.gate(queries)];
    same([other.accepted, other.pValue, other.classSet], [one.accepted, one.pValue, one.classSet], "verdicts");
    same(await loaded.calibrate(), await head.calibrate(), "calibrated anew from its rows and groups");
  },
};
