// Labels that are none, for every call that takes some.

import { rows } from "./driver.mjs";
import { detached, outOfBounds, resizable, revoked, strangers, throws } from "./values.mjs";

const calls = {
  trainStep: (y) => (h) => h.trainStep(rows(), y()),
  fit: (y) => (h) => h.fit(rows(), y()),
  addRows: (y) => (h) => h.addRows(rows(), y()),
  fitScorers: (y) => (h) => h.fitScorers(rows(), y()),
  selectScorer: (y) => (h) => h.selectScorer(rows(), y()),
  calibrate: (y) => (h) => h.calibrate(rows(), y()),
  evaluate: (y) => (h) => h.evaluate({ features: rows(), labels: y() }, { features: rows() }),
};

const given = (...labels) => () => labels;

/** [what, make, words of the message] */
const forms = [
  ["undefined", () => undefined, ["undefined"]],
  ...strangers.map(([what, make]) => [what, make, []]),

  // Other kinds of arrays.
  ["a Float32Array", () => new Float32Array(2), ["Int32Array", "a Float32Array"]],
  ["a Float64Array", () => new Float64Array(2), ["a Float64Array"]],
  ["an Int8Array", () => new Int8Array(2), ["an Int8Array"]],
  ["an Int16Array", () => new Int16Array(2), ["an Int16Array"]],
  ["a Uint8ClampedArray", () => new Uint8ClampedArray(2), ["a Uint8ClampedArray"]],
  ["a BigInt64Array", () => new BigInt64Array(2), ["a BigInt64Array"]],
  ["an array-like", () => ({ length: 2, 0: 0, 1: 1 }), ["an object"]],
  ["a Float64Array in disguise", () => Object.defineProperty(new Float64Array(2), Symbol.toStringTag, { value: "Uint8Array" }),
    []],

  // Counts.
  ["none", given(), ["2 rows", "0 labels"]],
  ["one short", given(0), ["2 rows", "1 labels"]],
  ["one long", given(0, 1, 0), ["2 rows", "3 labels"]],
  ["no typed ones", () => new Uint8Array(0), ["2 rows", "0 labels"]],
  ["typed ones, one long", () => new Uint8Array(3), ["2 rows", "3 labels"]],

  // Ranges.
  ["the number of classes", given(0, 2), ["labels[1]", "[0, 2)", "2"]],
  ["a negative one", given(-1, 0), ["labels[0]", "-1"]],
  ["half a class", given(0, 0.5), ["labels[1]", "0.5"]],
  ["NaN", given(NaN, 0), ["labels[0]", "NaN"]],
  ["Infinity", given(0, Infinity), ["labels[1]", "Infinity"]],
  ["2^31", given(2 ** 31, 0), ["labels[0]", "2147483648"]],
  ["2^32", given(2 ** 32, 0), ["labels[0]", "4294967296"]],
  ["2^53", given(0, 2 ** 53), ["labels[1]"]],
  ["a negative typed one", () => Int32Array.of(0, -1), ["labels[1]", "-1"]],
  ["the largest typed one", () => Uint32Array.of(2 ** 32 - 1, 0), ["labels[0]", "4294967295"]],
  ["a typed one too large", () => Uint8Array.of(0, 9), ["labels[1]", "9"]],

  // Names.
  ["an unknown name", given("a", "c"), ["labels[1]", '("a", "b")', '"c"']],
  ["another case", given("a", "B"), ["labels[1]", '"B"']],
  ["no name", given("a", ""), ["labels[1]", '""']],
  ["an index as a name", given("a", "1"), ["labels[1]", '"1"']],
  ["a property of every object", given("a", "toString"), ["labels[1]", '"toString"']],
  ["__proto__", given("__proto__", "a"), ["labels[0]", '"__proto__"']],
  ["a lone surrogate", given("a", "\ud800"), ["labels[1]"]],

  // No labels at all.
  ["null among them", given("a", null), ["labels[1]", "null"]],
  ["undefined among them", given(0, undefined), ["labels[1]", "undefined"]],
  ["a hole", () => [0, , 1], ["labels[1]", "undefined"]],
  ["booleans", given(false, true), ["labels[0]", "false"]],
  ["bigints", given(0n, 1n), ["labels[0]", "bigint"]],
  ["symbols", given(Symbol("a"), Symbol("b")), ["labels[0]", "symbol"]],
  ["boxed numbers", given(new Number(0), 1), ["labels[0]", "object"]],
  ["boxed names", given("a", new String("b")), ["labels[1]", "object"]],
  ["one-hot rows", given([1, 0], [0, 1]), ["labels[0]", "array"]],
  ["an object that turns into a number", given({ valueOf: throws, toString: throws }, 0), ["labels[0]", "object"]],
  ["four billion holes", () => new Array(2 ** 32 - 1), ["labels[0]", "undefined"]],

  // Memory that is gone, and code of the caller's.
  ["a buffer transferred away", () => detached(Int32Array, 2), ["buffer", "transferred"]],
  ...(resizable ? [["a buffer that shrank", () => outOfBounds(Int32Array, 2), ["buffer", "shrank"]]] : []),
  ["a revoked proxy of an array", () => revoked([0, 1]), []],
  ["a proxy whose elements throw", () => new Proxy([0, 1], { get: throws }), []],
  ["an element that throws", () => Object.defineProperty([0, 1], 1, { get: throws }), []],
];

// Of rows that are added, null says that they are of no class.
export const table = Object.entries(calls).flatMap(([name, call]) =>
  forms.filter(([what]) => name !== "addRows" || what !== "null").map(([what, make, words]) => [`${name}, ${what}`, call(make), "invalid-labels", ["labels", ...words]]));
