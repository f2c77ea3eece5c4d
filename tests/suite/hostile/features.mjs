// Features that are none, for every call that takes some.

import { rows, two } from "./driver.mjs";
import { detached, outOfBounds, resizable, revoked, strangers, throws } from "./values.mjs";

/** Every way to hand over features. */
const calls = {
  trainStep: (x) => (h) => h.trainStep(x(), two),
  fit: (x) => (h) => h.fit(x(), two),
  logits: (x) => (h) => h.logits(x()),
  predict: (x) => (h) => h.predict(x()),
  oodScore: (x) => (h) => h.oodScore(x()),
  fitScorers: (x) => (h) => h.fitScorers(x(), two),
  selectScorer: (x) => (h) => h.selectScorer(x(), two),
  calibrate: (x) => (h) => h.calibrate(x(), two),
  gate: (x) => (h) => h.gate(x()),
  "evaluate, known": (x) => (h) => h.evaluate({ features: x(), labels: two }, { features: rows() }),
  "evaluate, unknown": (x) => (h) => h.evaluate({ features: rows(), labels: two }, { features: x() }),
};

const F32 = (...numbers) => () => Float32Array.from(numbers);
const tensor = (dims, data = rows()) => () => ({ data, dims });

/** [what, make, words of the message, code unless "invalid-features"] */
const forms = [
  ["undefined", () => undefined, ["undefined"]],
  ...strangers.map(([what, make]) => [what, make, []]),

  // Other kinds of arrays.
  ["an Int32Array", () => new Int32Array(6), ["an Int32Array"]],
  ["a Uint8ClampedArray", () => new Uint8ClampedArray(6), ["a Uint8ClampedArray"]],
  ["a BigInt64Array", () => new BigInt64Array(6), ["a BigInt64Array"]],
  ["an Int16Array in disguise", () => Object.defineProperty(new Int16Array(6), Symbol.toStringTag, { value: "Float32Array" }),
    []],
  ["more than a float holds in a Float64Array", () => Float64Array.of(1, 2, 3, 4, 1e39, 6), ["row 1, column 1", "Infinity"],
    "not-finite"],
  ["a Float64Array without its buffer", () => detached(Float64Array, 6), ["buffer", "transferred"]],
  ["a proxy of a Float32Array", () => new Proxy(rows(), {}), []],
  ["an object with Float32Array's prototype", () => Object.create(Float32Array.prototype), []],
  ["an array-like of rows", () => ({ length: 2, 0: [1, 2, 3], 1: [1, 2, 3] }), []],

  // Lengths.
  ["no numbers", F32(), ["multiple of 3", "0"]],
  ["one number", F32(1), ["multiple of 3", "1"]],
  ["one short", F32(1, 2, 3, 4, 5), ["multiple of 3", "5"]],
  ["one long", F32(1, 2, 3, 4, 5, 6, 7), ["multiple of 3", "7"]],
  ["no rows", () => [], ["0"]],
  ["rows of nothing", () => [[], []], ["features[0]", "row of 3", "0"]],
  ["rows one short", () => [[1, 2], [3, 4]], ["features[0]", "row of 3", "2"]],
  ["rows one long", () => [[1, 2, 3, 4], [1, 2, 3, 4]], ["features[0]", "4"]],
  ["ragged rows", () => [[1, 2, 3], [1, 2]], ["features[1]", "2"]],

  // Rows of something else.
  ["rows that are numbers", () => [1, 2, 3], ["features[0]", "row of 3", "1"]],
  ["rows that are strings", () => ["abc", "def"], ["features[0]", '"abc"']],
  ["a missing row", () => [, [1, 2, 3]], ["features[0]", "undefined"]],
  ["a missing last row", () => Object.assign([[1, 2, 3]], { length: 2 }), ["features[1]", "undefined"]],
  ["a row that is null", () => [[1, 2, 3], null], ["features[1]", "null"]],
  ["a row that is a function", () => [[1, 2, 3], (a, b, c) => a + b + c], ["features[1]", "function"]],
  ["a hole in a row", () => [[1, , 3], [1, 2, 3]], ["features[0][1]", "undefined"]],
  ["null in a row", () => [[1, 2, 3], [1, 2, null]], ["features[1][2]", "null"]],
  ["strings in a row", () => [["1", "2", "3"], [1, 2, 3]], ["features[0][0]", '"1"']],
  ["bigints in a row", () => [[1n, 2n, 3n], [1, 2, 3]], ["features[0][0]", "bigint"]],
  ["a row of a BigInt64Array", () => [new BigInt64Array(3), [1, 2, 3]], ["features[0][0]", "bigint"]],
  ["boxed numbers in a row", () => [[new Number(1), 2, 3], [1, 2, 3]], ["features[0][0]", "object"]],
  ["rows in rows", () => [[[1, 2, 3]], [[4, 5, 6]]], ["features[0]", "1"]],
  ["a row that is all length", () => [{ length: 3 }, [1, 2, 3]], ["features[0][0]", "undefined"]],
  ["a row whose length is a string", () => [{ length: "3", 0: 1, 1: 2, 2: 3 }, [1, 2, 3]], ["features[0]"]],
  ["a row of length NaN", () => [{ length: NaN }, [1, 2, 3]], ["features[0]", "NaN"]],
  ["a row of length 2^53", () => [{ length: 2 ** 53 }, [1, 2, 3]], ["features[0]", "9007199254740992"]],
  ["four billion holes", () => new Array(2 ** 32 - 1), ["features[0]", "undefined"]],
  ["a row without its buffer", () => [detached(Float32Array, 3), [1, 2, 3]], ["features[0]", "0"]],

  // Numbers that are none.
  ...[["NaN", NaN], ["Infinity", Infinity], ["-Infinity", -Infinity], ["more than a float holds", 1e39]].flatMap(([what, bad]) =>
    [["first", 0], ["in the middle", 2], ["last", 5]].map(([where, place]) => [
      `${what}, ${where}`, () => rows().with(place, bad), [`row ${Math.floor(place / 3)}, column ${place % 3}`, "finite"],
        "not-finite",
    ])),
  ["NaN in a row", () => [[1, 2, 3], [1, NaN, 3]], ["row 1, column 1", "NaN"], "not-finite"],
  ["more than a float holds in a row", () => [[1, 2, 1e39], [1, 2, 3]], ["row 0, column 2", "Infinity"], "not-finite"],
  ["NaN in a tensor", tensor([2, 3], rows().with(3, NaN)), ["row 1, column 0", "NaN"], "not-finite"],

  // Tensors whose parts do not agree.
  ["dims of more rows", tensor([4, 3]), ["features.data", "12", "6"]],
  ["dims of one row", tensor([3]), ["features.data", "3", "6"]],
  ["dims the other way round", tensor([3, 2]), ["features.dims", "[rows, 3]", "[3, 2]"]],
  ["three dimensions", tensor([1, 2, 3]), ["features.dims", "3 dimensions"]],
  ["no dimension", tensor([]), ["features.dims", "0 dimensions"]],
  ["four billion dimensions", tensor(new Array(2 ** 32 - 1)), ["features.dims", "4294967295 dimensions"]],
  ["negative dims", tensor([-2, 3]), ["features.data", "-6"]],
  ["fractional dims", tensor([1.5, 3]), ["features.data", "4.5"]],
  ["dims of NaN", tensor([NaN, 3]), ["features.data", "NaN"]],
  ["dims of Infinity", tensor([Infinity, 3]), ["features.data", "Infinity"]],
  ["dims of strings", tensor(["2", "3"]), ["features.dims", '["2", "3"]']],
  ["rows as a string", tensor(["2", 3]), ["features.dims", '"2"']],
  ["rows as a bigint", tensor([2n, 3]), ["features.dims", "bigint"]],
  ["dims with a hole", tensor([, 3]), ["features.dims", "undefined"]],
  ["dims without rows", tensor([0, 3], new Float32Array(0)), ["0"]],
  ["typed dims", tensor(Int32Array.of(2, 3)), ["features.dims", "an Int32Array"]],
  ["dims as an object", tensor({ 0: 2, 1: 3, length: 2 }), ["features.dims", "an object"]],
  ["no dims", tensor(undefined), ["features.dims", "undefined"]],
  ["no data", tensor([2, 3], null), ["features.data", "null"]],
  ["plain data", tensor([1, 3], [1, 2, 3]), ["features.data", "an array"]],
  ["data of uint16", tensor([2, 3], new Uint16Array(6)), ["features.data", "a Float16Array", "a Uint16Array"]],
  ["halves without their buffer", () => ({ data: detached(Uint16Array, 6), dims: [2, 3], type: "float16" }),
    ["features.data", "transferred"]],
  ["data of int64", tensor([2, 3], new BigInt64Array(6)), ["features.data", "a BigInt64Array"]],
  ["data that was disposed", () => ({ get data() { return throws(); }, dims: [2, 3] }), ["features"]],
  ["dims that throw", () => ({ data: rows(), get dims() { return throws(); } }), ["features"]],
  ["dims that were revoked", () => ({ data: rows(), dims: revoked([2, 3]) }), ["features"]],

  // Memory that is gone.
  ["a buffer transferred away", () => detached(Float32Array, 6), ["buffer", "transferred"]],
  ["a tensor's buffer transferred away", () => ({ data: detached(Float32Array, 6), dims: [2, 3] }),
    ["features.data", "transferred"]],
  ...(resizable
    ? [
        ["a buffer that shrank", () => outOfBounds(Float32Array, 6), ["buffer", "shrank"]],
        ["a view of a buffer that shrank to a part of a row", () => {
          const buffer = new ArrayBuffer(24, { maxByteLength: 24 });
          const view = new Float32Array(buffer);
          buffer.resize(16);
          return view;
        }, ["multiple of 3", "4"]],
      ]
    : []),

  // Code of the caller's.
  ["rows behind a revoked proxy", () => revoked([[1, 2, 3]]), []],
  ["rows behind traps that throw", () => new Proxy([[1, 2, 3]], { get: throws }), []],
  ["a row behind a revoked proxy", () => [[1, 2, 3], revoked([1, 2, 3])], []],
  ["a row whose length throws", () => [{ get length() { return throws(); } }, [1, 2, 3]], []],
  ["a number that throws", () => [[1, 2, 3], Object.defineProperty([1, 2, 3], 1, { get: throws })], []],
];

export const table = Object.entries(calls).flatMap(([name, call]) =>
  forms.map(([what, make, words, code = "invalid-features"]) => [`${name}, ${what}`, call(make), code, ["features", ...words]]));
