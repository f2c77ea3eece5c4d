// Scorers that are none, for every call that takes one.

import { scorerNames, scorers } from "../../lib/scorers.mjs";
import { rows, two } from "./driver.mjs";
import { revoked, throws } from "./values.mjs";

const calls = {
  oodScore: (scorer) => (h) => h.oodScore(rows(), { scorer: scorer() }),
  calibrate: (scorer) => (h) => h.calibrate(rows(), two, { scorer: scorer() }),
  evaluate: (scorer) => (h) => h.evaluate({ features: rows(), labels: two }, { features: rows() }, { scorer: scorer() }),
};

/** [what, make, words of the message] */
const strange = [
  ["null", () => null, ["null"]],
  ["a number", () => 1, ["1"]],
  ["a function", () => () => "msp", ["function"]],
  ["a symbol", () => Symbol("msp"), ["symbol"]],
  ["an array", () => ["msp"], ["array"]],
  ["an unknown name", () => "best", ['"energy"', '"best"']],
  ["no name", () => "", ['""']],
  ["another case", () => "MSP", ['"MSP"']],
  ["a boxed name", () => new String("msp"), []],
  ["an object without a name", () => ({}), ["options.scorer.name", "undefined"]],
  ["a name that is a number", () => ({ name: 1 }), ["options.scorer.name", "1"]],
  ["a name in an array", () => ({ name: ["msp"] }), ["options.scorer.name", "array"]],
  ["a Map", () => new Map([["name", "msp"]]), []],
  ["a getter that throws", () => ({ get name() { return throws(); } }), ["options.scorer.name"]],
  ["a revoked proxy", () => revoked(), ["options.scorer"]],
  ["a revoked parameter", () => ({ name: "knn", k: revoked() }), ["options.scorer.k"]],
  ["a revoked function for a parameter", () => ({ name: "knn", k: revoked(() => {}) }), ["options.scorer.k", "function"]],
  ["inherited parameters", () => Object.create({ name: "msp" }), []],
];

const real = [[NaN, "NaN"], [Infinity, "Infinity"], ["1", '"1"'], [null, "null"], [1n, "bigint"], [[1], "array"]];
const positive = [[0, "above 0"], [-1, "-1"], [1e-50, "above 0"], [1e39, "1e39"], ...real];
const count = [[0, "at least 1"], [-1, "-1"], [1.5, "1.5"], [2 ** 32, "4294967296"], ...real];
const notNegative = [[-1, "at least 0"], [1e39, "1e39"], ...real];
const percentile = [[0, "(0, 100)"], [100, "(0, 100)"], [-1, "-1"], ...real];

/** [scorer, parameter, [value, a word of the message][]] */
const parameters = [
  ...["msp", "energy", "entropy", "gen", "odin"].map((name) => [name, "temperature", positive]),
  ["gen", "gamma", positive],
  ["gen", "m", count],
  ["odin", "epsilon", notNegative],
  ["knn", "k", [...count, [1000, "training rows"], [2 ** 32 - 1, "training rows"]]],
  ["nnGuide", "k", [...count, [1000, "training rows"]]],
  ...["mahalanobis", "rmd"].flatMap((name) => [[name, "ridge", notNegative],
    [name, "normalize", [[1, "true or false"], ["no", '"no"'], [null, "null"]]]]),
  ...["vim", "residual"].map((name) => [name, "dimensions", [...count, [99, "99"]]]),
  ["nci", "alpha", notNegative],
  ...["react", "dice", "scale", "ash"].map((name) => [name, "percentile", percentile]),
  ["ash", "variant", [["x", '"x"'], ["", '""'], [1, "1"], [null, "null"]]],
];

const refusals = [
  ...strange,
  ...parameters.flatMap(([name, parameter, values]) =>
    values.map(([value, word], index) => [`${name}, ${parameter}, value ${index}`, () => ({ name, [parameter]: value }),
      [`options.scorer.${parameter}`, word]])),
  ...scorerNames.map((name) => [`${name} with a parameter of nobody's`, () => ({ name, colour: 1 }),
    ["options.scorer", "colour"]]),
];

export const table = [
  // The scorers share their checks, so that the calls may share the scorers out among them.
  ...refusals.flatMap(([what, make, words], index) =>
    Object.entries(calls).filter((_, place) => index < strange.length || place === index % 3)
      .map(([name, call]) => [`${name}, ${what}`, call(make), "invalid-option", ["options.scorer", ...words]])),
  ...["ash", "scale"].flatMap((scorer) =>
    Object.entries(calls).map(([name, call]) => [`${name}, ${scorer} of negative features`, call(() => scorer),
      "invalid-features", [scorer]])),
];

const logitScorers = scorers
  .filter(({ name, needs }) => needs !== "trainingRows" || name === "auto").map(({ name }) => name);

/** Calls on a head that was never trained: nothing to compare with, nothing calibrated. */
export const untrained = [
  ...scorerNames.filter((name) => !logitScorers.includes(name)).flatMap((scorer) =>
    Object.entries(calls).map(([name, call]) => [`${name}, ${scorer}`, call(() => scorer), "scorer-not-fitted",
      [scorer, "fitScorers"]])),
  ["gate", (h) => h.gate(rows()), "not-calibrated", ["calibrate"]],
];
