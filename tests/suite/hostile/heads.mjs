// Heads of impossible options.

import { revoked, strangers, throws } from "./values.mjs";

const options = (more) => ({ features: 3, classes: ["a", "b"], ...more });
const real = [[NaN, "NaN"], [Infinity, "Infinity"], ["1", '"1"'], [null, "null"], [1n, "bigint"], [[1], "array"], [{}, "object"],
  [Symbol("1"), "symbol"], [() => 1, "function"]];
const positive = [[0, "above 0"], [-1, "-1"], [1e-50, "above 0"], [1e39, "1e39"], ...real];
const share = [[1, "[0, 1)"], [-0.1, "-0.1"], [0.999_999_999, "[0, 1)"], ...real];
const notNegative = [[-1, "at least 0"], [1e39, "1e39"], ...real];
const count = [[0, "at least 1"], [-1, "-1"], [2.5, "2.5"], [2 ** 32, "4294967296"], [2 ** 53, "got"], ...real];
const object = [["logitNorm", '{ kind: "logitNorm" }'], [null, "null"], [1, "1"], [[], "array"], [() => {}, "function"],
  [new Map([["kind", "sgd"]]), "kind"], [{}, "kind"],
  [{ kind: "hinge" }, '"hinge"'], [{ kind: null }, "null"], [{ kind: ["sgd"] }, "array"], [revoked(), "got"]];

/** [option, [value, a word of the message][]] */
const single = [
  ["features", [[undefined, "undefined"], [-0, "0"], [true, "true"], [new Number(3), "object"], ...count]],
  ["classes", [
    ...count.filter(([value]) => !Array.isArray(value)), [undefined, "undefined"], [[], "at least one"],
    [["a", "a"], "different"], [["a", "b", "a"], '"a" twice'],
    [["a", 3], "classes[1]"], [["a", null], "null"], [["a", , "b"], "classes[1]"], [[new String("a")], "object"],
    [[["a"]], "array"], [["a", Symbol("b")], "symbol"],
    [["\ud800"], "Unicode"], [["a", "x\udc00y"], "classes[1]"], ["ab", '"ab"'], [new Set(["a"]), "names"],
    [{ length: 1, 0: "a" }, "names"],
    [new Array(2 ** 32 - 1), "classes[0]"], [revoked(["a"]), "got"], [new Proxy(["a"], { get: throws }), "got"],
    [Object.defineProperty(["a", "b"], 1, { get: throws }), "got"],
    [Array.from({ length: 10_000 }, (_, i) => String(i % 9999)), '"0" twice'],
  ]],
  ["hidden", [
    [8, "array"], ["8", '"8"'], [null, "null"], [[0], "hidden[0]"], [[8, -1], "hidden[1]"], [[1.5], "1.5"], [[NaN], "NaN"],
    [["8"], "numbers"], [[null], "numbers"],
    [[, 8], "numbers"], [[[8]], "numbers"], [[2 ** 32], "4294967296"], [Int32Array.of(8), "array"], [new Set([8]), "array"],
    [new Array(2 ** 32 - 1), "numbers"],
  ]],
  ["standardize", [[1, "true or false"], ["true", '"true"'], [null, "null"], [{}, "object"]]],
  ["seed", [[-1, "-1"], [0.5, "0.5"], [2 ** 53, "options.seed"], ...real]],
  ["backend", [["gpu", '"gpu"'], ["CPU", '"CPU"'], ["", '""'], [null, "null"], [1, "1"], [["cpu"], "array"],
    [new String("cpu"), "object"]]],
  ["memory", [[8, "object"], [null, "null"], [{ rows: 8 }, "rows"], [{ perClass: 0 }, "perClass"], [{ perClass: "8" }, '"8"'],
    [{ perGroup: 1.5 }, "1.5"], [{ perGroup: NaN }, "NaN"], [{ perClass: 2 ** 60 }, "perClass"]]],
  ["loss", object],
  ["optimizer", object],
];

/** [path, an option of a loss or an optimiser, [value, a word of the message][]] */
const nested = [
  ["loss", "tau", { kind: "logitNorm" }, positive],
  ["loss", "labelSmoothing", { kind: "crossEntropy" }, share],
  ["loss", "labelSmoothing", { kind: "logitNorm" }, share],
  ["optimizer", "learningRate", { kind: "adamw" }, positive],
  ["optimizer", "beta1", { kind: "adamw" }, share],
  ["optimizer", "beta2", { kind: "adamw" }, share],
  ["optimizer", "epsilon", { kind: "adamw" }, positive],
  ["optimizer", "weightDecay", { kind: "adamw" }, notNegative],
  ["optimizer", "learningRate", { kind: "sgd" }, positive],
  ["optimizer", "momentum", { kind: "sgd" }, share],
  ["optimizer", "nesterov", { kind: "sgd", momentum: 0.9 }, [[1, "true or false"], ["true", '"true"'], [null, "null"]]],
];

/** [what, make, words of the message] */
const whole = [
  ["undefined", () => undefined, ["options.features", "undefined"]],
  ...strangers.map(([what, make]) => [what, make, []]),
  ["an array", () => [], ["plain object", "array"]],
  ["an instance of a class", () => new (class { features = 3; classes = 2; })(), ["plain object"]],
  ["inherited options", () => Object.create(options()), ["plain object"]],
  ["an unknown option", () => options({ learningRate: 0.1 }), ["optimizer", "learningRate"]],
  ["its own __proto__", () => JSON.parse('{ "features": 3, "classes": 2, "__proto__": 1 }'), ["__proto__"]],
  ["a getter that throws", () => ({ classes: 2, get features() { return throws(); } }), ["options.features"]],
  ["a nested getter that throws", () => options({ loss: { get kind() { return throws(); } } }), ["options.loss.kind"]],
  ["a loss's unknown option", () => options({ loss: { kind: "crossEntropy", tau: 0.1 } }),
    ["options.loss", "labelSmoothing", "tau"]],
  ["an optimiser's unknown option", () => options({ optimizer: { kind: "adamw", momentum: 0.9 } }),
    ["options.optimizer", "momentum"]],
  ["nesterov without momentum", () => options({ optimizer: { kind: "sgd", nesterov: true } }),
    ["options.optimizer.nesterov", "momentum"]],

  // More than memory holds: refused before any of it is taken.
  ["a weight of 10^15", () => options({ features: 1e9, classes: 1e6 }), ["parameters", "1e15"]],
  ["four billion features", () => options({ features: 2 ** 32 - 1 }), ["parameters"]],
  ["four billion classes", () => options({ classes: 2 ** 32 - 1 }), ["parameters"]],
  ["67 million classes of a thousand features", () => options({ features: 1000, classes: 2 ** 26 }), ["parameters"]],
  ["a hidden layer of four billion", () => options({ hidden: [2 ** 32 - 1] }), ["parameters"]],
  ["a hundred thousand layers of a thousand", () => options({ hidden: new Array(100_000).fill(1000) }), ["parameters"]],
];

const refusals = [
  ...whole,
  ...single.flatMap(([option, values]) => values.map(([value, word], index) =>
    [`${option}, value ${index}`, () => options({ [option]: value }), [`options.${option}`, word]])),
  ...nested.flatMap(([path, option, base, values]) =>
    values.map(([value, word], index) =>
      [`${base.kind}, ${option}, value ${index}`, () => options({ [path]: { ...base, [option]: value } }),
        [`options.${path}.${option}`, word]])),
];

export const table = [
  ...refusals.map(([what, make, words]) => [what, ({ createHead }) => createHead(make()), "invalid-option",
    ["options", ...words]]),
  ...("navigator" in globalThis && "gpu" in globalThis.navigator
    ? []
    : [["WebGPU where there is none", ({ createHead }) => createHead(options({ backend: "webgpu" })), "webgpu-unavailable",
      ["navigator.gpu"]]]),
];

/** [what, make, words of the message] */
const inits = [
  ...strangers.map(([what, make]) => [what, make, []]),
  ["an array", () => [], ["plain object"]],
  ["an unknown option", () => ({ url: "x" }), ["wasm", "url"]],
  ["a getter that throws", () => ({ get wasm() { return throws(); } }), []],
  ...strangers.filter(([what]) => !/string|ArrayBuffer|DataView/.test(what)).map(([what, make]) =>
    [`wasm, ${what}`, () => ({ wasm: make() }), []]),
  ["wasm, an array", () => ({ wasm: [0, 97, 115, 109] }), ["options.wasm", "array"]],
];

export const initTable = inits.map(([what, make, words]) => [what, ({ init }) => init(make()), "invalid-option",
  ["options", ...words]]);
