// Options that are none: of every call the object itself, and of each option the kinds and ranges that it does not take.

import { rows, two } from "./driver.mjs";
import { revoked, strangers, throws } from "./values.mjs";

/** [a call with options, one that it knows] */
const calls = {
  trainStep: [(o) => (h) => h.trainStep(rows(), two, o()), "learningRate"],
  fit: [(o) => (h) => h.fit(rows(), two, o()), "epochs"],
  oodScore: [(o) => (h) => h.oodScore(rows(), o()), "scorer"],
  selectScorer: [(o) => (h) => h.selectScorer(rows(), two, o()), "folds"],
  calibrate: [(o) => (h) => h.calibrate(rows(), two, o()), "alpha"],
  cross: [(o) => (h) => h.calibrate(o()), "folds"],
  gate: [(o) => (h) => h.gate(rows(), o()), "signal"],
  refit: [(o) => (h) => h.fit(o()), "epochs"],
  addRows: [(o) => (h) => h.addRows(rows(), two, o()), "groups"],
  removeClass: [(o) => (h) => h.removeClass("a", o()), "rows"],
  explain: [(o) => (h) => h.explain(rows(), o()), "k"],
  save: [(o) => (h) => h.save(o()), "rows"],
  evaluate: [(o) => (h) => h.evaluate({ features: rows(), labels: two }, { features: rows() }, o()), "scorer"],
  exportOnnx: [(o) => (h) => h.exportOnnx(o()), "bank"],
};

class Options {
  epochs = 3;
}

/** [what, make, words of the message], where `known` is an option of the call's. */
const bags = (known) => [
  ...strangers.map(([what, make]) => [what, make, []]),
  ["a head's option", () => ({ loss: "logitNorm" }), ["only", "loss"]],
  ["an array", () => [], ["plain object", "an array"]],
  ["a Float32Array", () => new Float32Array(2), ["plain object", "Float32Array"]],
  ["an instance of a class", () => new Options(), ["plain object"]],
  ["inherited options", () => Object.create({ [known]: 1 }), ["plain object"]],
  ["an unknown option", () => ({ colour: 1 }), [known, '"colour"']],
  ["an unknown option without a value", () => ({ colour: undefined }), ['"colour"']],
  ["another case", () => ({ [known.toUpperCase()]: 1 }), [known]],
  ["its own __proto__", () => JSON.parse('{ "__proto__": { "x": 1 } }'), ['"__proto__"']],
  ["its own hasOwnProperty", () => ({ hasOwnProperty: () => true }), ['"hasOwnProperty"']],
  ["an option without a name", () => ({ "": 1 }), ['""']],
  ["a getter that throws", () => Object.defineProperty({}, known, { get: throws, enumerable: true }), [`options.${known}`]],
  ["a revoked option", () => ({ [known]: revoked() }), [`options.${known}`]],
  ["a revoked function", () => ({ [known]: revoked(() => {}) }), [`options.${known}`]],
  ["keys that throw", () => new Proxy({}, { ownKeys: throws }), []],
  ["properties that throw", () => new Proxy({ [known]: 1 }, { getOwnPropertyDescriptor: throws }), []],
  ["values that throw", () => new Proxy({ [known]: 1 }, { get: throws }), [`options.${known}`]],
];

/** No number at all, for an option that takes one. */
const noNumbers = [
  ["1", '"1"'], [null, "null"], [true, "true"], [1n, "bigint"], [Symbol("1"), "symbol"], [new Number(1), "object"],
    [[1], "array"],
  [{}, "object"], [() => 1, "function"], [new Date(1), "object"],
];
const noReals = [[NaN, "NaN"], [Infinity, "Infinity"], [-Infinity, "-Infinity"]];
const noCounts = [[0, "0"], [-0, "0"], [-1, "-1"], [1.5, "1.5"], [2 ** 32, "4294967296"], [2 ** 53, "got"], ...noReals];

/** [call, option, [value, a word of the message][]] */
const options = [
  ["trainStep", "learningRate", [[0, "above 0"], [-0, "above 0"], [-1, "-1"], [1e-50, "above 0"], [1e39, "1e39"], ...noReals,
    ...noNumbers]],
  ["fit", "epochs", [...noCounts, ...noNumbers]],
  ["fit", "batchSize", [...noCounts, ...noNumbers]],
  ["fit", "validationSplit", [[1, "[0, 1)"], [-0.1, "-0.1"], [0.999_999_999, "[0, 1)"], [0.1, "2 rows"], ...noReals,
    ...noNumbers]],
  ["fit", "patience", [[3, "validationSplit"], ...noCounts, ...noNumbers]],
  ["fit", "schedule", [["linear", '"cosine"'], ["", '""'], ["Cosine", '"Cosine"'], [null, "null"], [1, "1"],
    [["cosine"], "array"], [new String("cosine"), "object"]]],
  ["fit", "onEpoch", [["print", "function"], [null, "null"], [{}, "object"], [1, "1"], [Promise.resolve(), "object"]]],
  ...["fit", "selectScorer", "oodScore", "calibrate", "gate", "evaluate"].map((call) => [call, "signal", [
    [{}, "AbortSignal"], [null, "null"], [true, "true"], ["abort", '"abort"'], [{ aborted: true }, "object"],
    [new AbortController(), "object"],
    [{ aborted: "no", throwIfAborted() {} }, "object"], [{ aborted: false, throwIfAborted() {} }, "object"], [revoked(), "got"], [() => {}, "function"],
  ]]),
  ...["selectScorer", "cross"].map((call) => [call, "folds", [[1, "at least 2"], ...noCounts, ...noNumbers]]),
  ["explain", "k", [[1000, "at most 40"], ...noCounts, ...noNumbers]],
  ["removeClass", "rows", [["keep", '"unknown"'], ["", '""'], [null, "null"], [1, "1"], [["forget"], "array"]]],
  ["save", "rows", [["half", '"half"'], ["", '""'], [null, "null"], [16, "16"], [{}, "object"]]],
  ["fit", "remember", [["forget", '"add"'], ["", '""'], [null, "null"], [true, "true"], [["add"], "array"]]],
  ["fit", "classWeights", [["Balanced", "balanced"], ["", "balanced"], [null, "null"], [1, "1"], [{}, "object"], [[1], "1 weights"],
    [[1, 2, 3], "3 weights"], [[1, -1], "-1"], [[1, NaN], "NaN"], [[1, Infinity], "Infinity"], [[0, 0], "0 for all rows"], [[1, "1"], '"1"'],
    [revoked([1, 1]), "got"]]],
  ...["fit", "addRows"].map((call) => [call, "weights", [
    [1, "1"], ["ab", '"ab"'], [null, "null"], [{}, "object"], [[1], "1 weights"], [[1, 2, 3], "3 weights"], [[1, -1], "-1"],
    [[1, NaN], "NaN"], [[1, Infinity], "Infinity"], [[1, 1e39], "1e39"], [[0, 0], "above 0"], [[1, "1"], '"1"'], [revoked([1, 1]), "got"],
  ]]),
  ...["groups", "weights"].map((option) => ["refit", option, [[[1, 2], "without rows"]]]),
  ["refit", "remember", [["add", "without rows"]]],
  ...["fit", "cross", "addRows"].map((call) => [call, "groups", [
    [1, "1"], ["ab", '"ab"'], [null, "null"], [{}, "object"], [[1], "1 groups"], [[1, NaN], "NaN"], [[1, null], "null"], [[1, undefined], "undefined"],
    [[1, {}], "object"], [revoked([1, 2]), "got"], [Float64Array.of(1, NaN), "NaN"], [[1, 2, 3], "3 groups"],
  ]]),
  ["fit", "validation", [[1, "plain object"], [null, "null"], [[], "array"], [{ features: rows(), labels: two, rows: 1 }, '"rows"'],
    [revoked(), "got"]]],
  ...["calibrate", "cross"].flatMap((call) => ["perClass", "provisional"].map((option) =>
    [call, option, [[1, "true or false"], ["true", '"true"'], [null, "null"], [{}, "object"]]])),
  ["exportOnnx", "bank", [...noCounts, ...noNumbers]],
  ["exportOnnx", "pooling", [["max", '"cls"'], ["Mean", '"Mean"'], ["none", '"none"'], ["", '""'], [null, "null"], [true, "true"],
    [["mean"], "array"], [new String("mean"), "object"]]],
  ...["includeTrainingRows", "float16", "normalize"].map((option) =>
    ["exportOnnx", option, [[1, "true or false"], ["true", '"true"'], [null, "null"], [{}, "object"]]]),
  ["selectScorer", "candidates", [
    [[], "at least one"], [["best"], '"best"'], [["knn", "knN"], "candidates[1]"], [[undefined], "candidates[0]"],
    [[,], "candidates[0]"],
    [[null], "null"], [[["knn"]], "array"], [[new String("knn")], "object"], [["\ud800"], "Unicode"], ["knn", '"knn"'],
    [{ length: 1, 0: "knn" }, "array"],
    [new Set(["knn"]), "array"], [new Array(2 ** 32 - 1), "candidates[0]"], [new Proxy(["knn"], { get: throws }), "got"],
    [revoked(["knn"]), "got"],
  ]],
  ["calibrate", "alpha", [[0, "(0, 1)"], [1, "(0, 1)"], [-1, "-1"], [1e-50, "(0, 1)"], [0.999_999_999, "(0, 1)"], ...noReals,
    ...noNumbers]],
];

export const table = [
  ...Object.entries(calls).flatMap(([name, [call, known]]) =>
    // By itself, an array is rows without labels.
    bags(known).filter(([what]) => (name !== "cross" && name !== "refit") || !/^an? (array|Float32Array)$/.test(what)).map(([what, make, words]) => [`${name}, ${what}`, call(make), "invalid-option", ["options", ...words]])),
  ...options.flatMap(([name, option, values]) =>
    values.map(([value, word], index) =>
      [`${name}, ${option}, value ${index}`, calls[name][0](() => ({ [option]: value })), "invalid-option",
        [`options.${option}`, word]])),
  ...[["known", "id"], ["unknown", "ood"]].flatMap(([what, argument]) =>
    [undefined, null, 3, "x", () => {}].map((bad) => {
      const part = { features: rows(), labels: two };
      const parts = argument === "id" ? [bad, part] : [part, bad];
      return [`evaluate without ${what} rows`, (h) => h.evaluate(...parts), "invalid-features", [argument, "object", "features"]];
    })),
  ["evaluate, known features that throw", (h) => h.evaluate({ get features() { return throws(); }, labels: two },
    { features: rows() }), "invalid-features", ["id.features"]],
  ["evaluate, known labels that throw", (h) => h.evaluate({ features: rows(), get labels() { return throws(); } },
    { features: rows() }), "invalid-labels", ["id.labels"]],
  ["evaluate, unknown features that throw", (h) => h.evaluate({ features: rows(), labels: two }, revoked()), "invalid-features",
    ["ood.features"]],
];
