// Ids, class names and weights that are none, and rows that cannot be added.

import { rows, two } from "./driver.mjs";
import { revoked, strangers, throws } from "./values.mjs";

/** [what, value, words of the message] */
const ids = [
  ["undefined", undefined, ["ids", "undefined"]],
  ...strangers.filter(([what]) => !/string|Set|Map|buffer|Buffer|View|function/.test(what)).map(([what, make]) => [what, make(), ["ids"]]),
  ["half an id", [0.5], ["ids[0]", "0.5"]],
  ["a negative id", [0, -1], ["ids[1]", "-1"]],
  ["NaN", Float64Array.of(1, NaN), ["ids[1]", "NaN"]],
  ["2^32", [2 ** 32], ["ids[0]", "4294967296"]],
  ["a text", [0, "1"], ["ids[1]", '"1"']],
  ["a hole", [, 1], ["ids[0]", "undefined"]],
  ["a revoked array", revoked([1]), ["ids"]],
];

const noNames = [undefined, null, 3, {}, ["c"], Symbol("c"), () => "c", new String("c")];

const wrongRows = [
  ["labels that are undefined", (h) => h.addRows(rows(), undefined), "invalid-labels", ["labels", "undefined"]],
  ["one label for two rows", (h) => h.addRows(rows(), [0]), "invalid-labels", ["2 rows"]],
  ["a class that does not exist", (h) => h.addRows(rows(), ["a", "c"]), "invalid-labels", ['"c"']],
  ["rows of another length", (h) => h.addRows(new Float32Array(4), null), "invalid-features", ["3"]],
  ["no rows", (h) => h.addRows(new Float32Array(0), null), "invalid-features", ["3"]],
  ["a NaN", (h) => h.addRows([[1, NaN, 1]], null), "not-finite", ["row 0, column 1"]],
  ["features that throw", (h) => h.addRows({ get data() { return throws(); }, dims: [1, 3] }, null), "invalid-features", ["features"]],
  ["groups of the unknown", (h) => h.addRows(rows(), null, { groups: [1, 2] }), "invalid-option", ["groups or weights"]],
  ["a fit that would forget", (h) => h.fit(rows(), ["a", "a"]), "invalid-labels", ["remember", '"b"']],
];

const weights = { "0.weight": { shape: [2, 3], data: new Float32Array(6) }, "0.bias": { shape: [2], data: new Float32Array(2) } };
const otherWeights = [
  [undefined, "undefined"], [null, "null"], [3, "3"], [{}, "0.weight"], [revoked(), "got"],
  [{ ...weights, extra: weights["0.bias"] }, '"extra"'],
  [{ ...weights, "0.bias": { shape: [2], data: [0, 0] } }, "floats"],
  [{ ...weights, "0.bias": { shape: [3], data: new Float32Array(3) } }, "[2]"],
  [{ ...weights, "0.bias": { data: new Float32Array(2) } }, "[2]"],
  [{ ...weights, "0.weight": { shape: [3, 2], data: new Float32Array(6) } }, "[2, 3]"],
  [{ ...weights, "0.weight": { shape: [2, 3], data: new Float32Array(5) } }, "5 numbers"],
];

export const table = [
  ...ids.map(([what, value, words]) => [`removeRows, ${what}`, (h) => h.removeRows(value), "invalid-option", words]),
  ...noNames.flatMap((name) => [
    ["addClass, no name", (h) => h.addClass(name), "invalid-option", ["name", "a string"]],
    ["removeClass, no name", (h) => h.removeClass(name), "invalid-option", ["name", "a string"]],
    ["renameClass, no old name", (h) => h.renameClass(name, "c"), "invalid-option", ["from", "a string"]],
    ["renameClass, no new name", (h) => h.renameClass("a", name), "invalid-option", ["to", "a string"]],
  ]),
  ["addClass, half a character", (h) => h.addClass("\ud800"), "invalid-option", ["Unicode"]],
  ["addClass, a name that is there", (h) => h.addClass("b"), "invalid-option", ["name", '"b"']],
  ["renameClass, to a name that is there", (h) => h.renameClass("a", "b"), "invalid-option", ["to", '"b"']],
  ["renameClass, from a name that is not", (h) => h.renameClass("c", "d"), "invalid-option", ["from", '"c"']],
  ["removeClass, a name that is not", (h) => h.removeClass("A"), "invalid-option", ["name", '"A"']],
  ...wrongRows.map(([what, call, code, words]) => [`rows, ${what}`, call, code, words]),
  ...otherWeights.map(([value, word]) => ["setWeights", (h) => h.setWeights(value), "invalid-option", ["weights", word]]),
  ["setWeights, a NaN", (h) => h.setWeights({ ...weights, "0.bias": { shape: [2], data: Float32Array.of(0, NaN) } }), "not-finite", ["weights"]],
];
