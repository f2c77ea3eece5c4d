// Scores, probabilities and labels that no metric has an answer for. Metrics answer at once, so these throw.

import { detached, outOfBounds, resizable, revoked, strangers, throws } from "./values.mjs";

const pairs = ["auroc", "auprIn", "auprOut", "fprAtTpr"];

/** [what, make, place in the argument, words of the message, code unless "invalid-option"] */
const scores = [
  ["undefined", () => undefined, "", ["undefined"]],
  ...strangers.filter(([what]) => !/string$/.test(what) || what === "a string").map(([what, make]) => [what, make, "", []]),
  ["none", () => [], "", ["at least one"]],
  ["no typed ones", () => new Float32Array(0), "", ["at least one"]],
  ["a hole", () => [1, , 2], "[1]", ["number", "undefined"]],
  ["a string among them", () => [1, "2"], "[1]", ['"2"']],
  ["null among them", () => [null], "[0]", ["null"]],
  ["bigints", () => new BigInt64Array(2), "[0]", ["bigint"]],
  ["boxed numbers", () => [new Number(1)], "[0]", ["object"]],
  ["NaN, first", () => [NaN, 1, 2], "[0]", ["NaN"], "not-finite"],
  ["NaN, last", () => Float32Array.of(1, 2, NaN), "[2]", ["NaN"], "not-finite"],
  ["a boxed string", () => new String("abc"), "[0]", ['"a"']],
  ["a length of 2^53", () => ({ length: 2 ** 53 }), "[0]", ["undefined"]],
  ["a length of Infinity", () => ({ length: Infinity }), "[0]", ["undefined"]],
  ["half a length", () => ({ length: 1.5, 0: 1 }), "[1]", ["undefined"]],
  ["a length of NaN", () => ({ length: NaN }), "", ["at least one"]],
  ["a negative length", () => ({ length: -1 }), "", ["at least one"]],
  ["a length that is a string", () => ({ length: "1", 0: 1 }), "", ["array"]],
  ["four billion holes", () => new Array(2 ** 32 - 1), "[0]", ["undefined"]],
  ["a buffer transferred away", () => detached(Float32Array, 4), "", ["at least one"]],
  ["a length that throws", () => ({ get length() { return throws(); } }), "", []],
  ["an element that throws", () => ({ length: 1, get 0() { return throws(); } }), "", []],
];

const half = () => Float32Array.of(0.5, 0.5);

/** [what, call, code, words of the message] */
const ece = [
  ...["undefined", ...strangers].map((stranger) => {
    const [what, make] = stranger === "undefined" ? [stranger, () => undefined] : stranger;
    return [`probabilities, ${what}`, (m) => m.ece(make(), [0]), "invalid-features", ["probabilities", "Float32Array"]];
  }),
  ...strangers.map(([what, make]) => [`labels, ${what}`, (m) => m.ece(half(), make()), "invalid-labels", ["labels"]]),
  ["plain probabilities", (m) => m.ece([0.5, 0.5], [0]), "invalid-features", ["probabilities", "an array"]],
  ["float64 probabilities", (m) => m.ece(Float64Array.of(0.5, 0.5), [0]), "invalid-features", ["a Float64Array"]],
  ["probabilities gone", (m) => m.ece(detached(Float32Array, 2), [0]), "invalid-features", ["probabilities", "transferred"]],
  ...(resizable ? [["probabilities shrunk", (m) => m.ece(outOfBounds(Float32Array, 2), [0]), "invalid-features",
    ["shrank"]]] : []),
  ["three for two rows", (m) => m.ece(Float32Array.of(0.5, 0.6, 0.4), [0, 1]), "invalid-features",
    ["probabilities", "2 labels", "3 numbers"]],
  ["none for a row", (m) => m.ece(new Float32Array(0), [0]), "invalid-features", ["probabilities", "0 numbers"]],
  ["no row", (m) => m.ece(half(), []), "invalid-labels", ["labels", "at least one"]],
  ["NaN", (m) => m.ece(Float32Array.of(0.5, NaN), [0]), "not-finite", ["probabilities[1]", "NaN"]],
  ["above one", (m) => m.ece(Float32Array.of(1.5, 0), [0]), "not-finite", ["probabilities[0]", "[0, 1]", "1.5"]],
  ["below zero", (m) => m.ece(Float32Array.of(0, -0.5), [0]), "not-finite", ["probabilities[1]", "-0.5"]],
  ["a class too many", (m) => m.ece(half(), [2]), "invalid-labels", ["labels[0]", "[0, 2)", "2"]],
  ["a negative class", (m) => m.ece(half(), Int32Array.of(-1)), "invalid-labels", ["labels[0]", "-1"]],
  ["half a class", (m) => m.ece(half(), [0.5]), "invalid-labels", ["labels[0]", "0.5"]],
  ["a name", (m) => m.ece(half(), ["0"]), "invalid-labels", ["labels[0]", '"0"']],
  ["a label that throws", (m) => m.ece(half(), Object.defineProperty([0], 0, { get: throws })), "invalid-labels", ["labels"]],
  ...[0, -1, 1.5, NaN, Infinity, 2 ** 20 + 1, 2 ** 32 - 1, 2 ** 32, 2 ** 53, null, "15", 15n, Symbol("15"), [15], {},
    revoked()].map((bins, index) =>
    [`bins, value ${index}`, (m) => m.ece(half(), [0], bins), "invalid-option", ["bins", "integer"]]),
];

export const table = [
  ...pairs.flatMap((name) => scores.flatMap(([what, make, place, words, code = "invalid-option"]) => [
    [`${name}, known: ${what}`, (m) => m[name](make(), [1]), code, [`id${place}`, ...words]],
    [`${name}, unknown: ${what}`, (m) => m[name]([1], make()), code, [`ood${place}`, ...words]],
  ])),
  ...[0, -0.5, 1.5, NaN, Infinity, "0.95", null, 1n, Symbol("1"), [0.95], {}, revoked()].map((tpr, index) =>
    [`tpr, value ${index}`, (m) => m.fprAtTpr([1], [1], tpr), "invalid-option", ["tpr", "(0, 1]"]]),
  ...ece.map(([what, call, code, words]) => [`ece, ${what}`, call, code, words]),
];
