// Bad input: the right code, the argument, what was expected and what came; and the head goes on as before.

import { close, noise, refused, same } from "./check.mjs";

const options = (more) => ({ features: 3, classes: ["a", "b"], ...more });

/** [options, words of the message] */
const badHeads = [
  [undefined, ["options.features", "undefined"]],
  [null, ["options", "an object", "null"]],
  [[], ["options", "an object"]],
  [options({ features: 0 }), ["options.features", "at least 1", "0"]],
  [options({ features: 2.5 }), ["options.features", "integer", "2.5"]],
  [options({ features: "3" }), ["options.features", '"3"']],
  [options({ features: NaN }), ["options.features", "NaN"]],
  [options({ classes: 0 }), ["options.classes", "at least 1", "0"]],
  [options({ classes: [] }), ["options.classes", "at least one"]],
  [options({ classes: ["a", "a"] }), ["options.classes", "different", "a"]],
  [options({ classes: ["a", 3] }), ["options.classes[1]", "string", "3"]],
  [options({ classes: "ab" }), ["options.classes", "names", '"ab"']],
  [options({ hidden: [0] }), ["options.hidden[0]", "0"]],
  [options({ hidden: 8 }), ["options.hidden", "array", "8"]],
  [options({ hidden: ["8"] }), ["options.hidden", "numbers"]],
  [options({ features: 1e9, classes: 1e6 }), ["parameters"]],
  [options({ seed: -1 }), ["options.seed", "-1"]],
  [options({ seed: 2 ** 53 }), ["options.seed"]],
  [options({ backend: "gpu" }), ["options.backend", '"cpu"', '"gpu"']],
  [options({ loss: "logitNorm" }), ["options.loss", "object", '"logitNorm"']],
  [options({ loss: { kind: "hinge" } }), ["options.loss.kind", '"crossEntropy"', '"hinge"']],
  [options({ loss: { kind: "logitNorm", tau: 0 } }), ["options.loss.tau", "above 0", "0"]],
  [options({ loss: { kind: "logitNorm", labelSmoothing: 0.1 } }), ["options.loss", "tau", "labelSmoothing"]],
  [options({ loss: { kind: "crossEntropy", labelSmoothing: 1 } }), ["options.loss.labelSmoothing", "[0, 1)", "1"]],
  [options({ optimizer: { kind: "adamw", momentum: 0.9 } }), ["options.optimizer", "momentum"]],
  [options({ optimizer: { kind: "adamw", learningRate: -1 } }), ["options.optimizer.learningRate", "above 0", "-1"]],
  [options({ optimizer: { kind: "adamw", beta1: 1 } }), ["options.optimizer.beta1", "[0, 1)", "1"]],
  [options({ optimizer: { kind: "sgd", nesterov: true } }), ["options.optimizer.nesterov", "momentum"]],
  [options({ optimizer: { kind: "sgd", nesterov: 1, momentum: 0.9 } }), ["options.optimizer.nesterov", "true or false", "1"]],
  [options({ learningRate: 0.1 }), ["options", "optimizer", "learningRate"]],
];

const two = [0, 1];
/** [call, code, words of the message] */
const badCalls = [
  [(h) => h.trainStep(noise(5), two), "invalid-features", ["multiple of 3", "5"]],
  [(h) => h.trainStep(new Float32Array(0), []), "invalid-features", ["positive multiple", "0"]],
  [(h) => h.trainStep([], []), "invalid-features", ["0"]],
  [(h) => h.trainStep(undefined, two), "invalid-features", ["Float32Array", "undefined"]],
  [(h) => h.trainStep("abc", two), "invalid-features", ['"abc"']],
  [(h) => h.trainStep(new Float64Array(6), two), "invalid-features", ["features.data"]],
  [(h) => h.trainStep([1, 2, 3], two), "invalid-features", ["features[0]", "row of 3", "1"]],
  [(h) => h.trainStep([[1, 2, 3], [1, 2]], two), "invalid-features", ["features[1]", "3 numbers", "2"]],
  [(h) => h.trainStep([[1, 2, 3], [1, null, 3]], two), "invalid-features", ["features[1][1]", "number", "null"]],
  [(h) => h.trainStep({ data: noise(6), dims: [3, 2] }, two), "invalid-features", ["dims", "[rows, 3]", "[3, 2]"]],
  [(h) => h.trainStep({ data: noise(6), dims: [1, 2, 3] }, two), "invalid-features", ["dims"]],
  [(h) => h.trainStep({ data: noise(6), dims: [4, 3] }, two), "invalid-features", ["features.data", "12", "6"]],
  [(h) => h.trainStep({ data: [1, 2, 3], dims: [1, 3] }, [0]), "invalid-features", ["features.data", "an array"]],
  [(h) => h.trainStep(Float32Array.of(1, NaN, 3), [0]), "not-finite", ["row 0", "column 1", "NaN"]],
  [(h) => h.fit([[1, 2, 3], [4, 5, Infinity]], two), "not-finite", ["row 1", "column 2", "Infinity"]],
  [(h) => h.logits(Float32Array.of(1, 2, -Infinity)), "not-finite", ["column 2"]],
  [(h) => h.trainStep(noise(6), [0]), "invalid-labels", ["2 rows", "1 labels"]],
  [(h) => h.trainStep(noise(6), [0, 2]), "invalid-labels", ["labels[1]", "[0, 2)", "2"]],
  [(h) => h.trainStep(noise(6), [-1, 0]), "invalid-labels", ["labels[0]", "-1"]],
  [(h) => h.trainStep(noise(6), [0.5, 0]), "invalid-labels", ["labels[0]", "0.5"]],
  [(h) => h.trainStep(noise(6), ["a", "c"]), "invalid-labels", ["labels[1]", '"c"']],
  [(h) => h.trainStep(noise(6), ["a", null]), "invalid-labels", ["labels[1]", "null"]],
  [(h) => h.trainStep(noise(6), undefined), "invalid-labels", ["undefined"]],
  [(h) => h.trainStep(noise(6), new Float32Array(2)), "invalid-labels", ["Int32Array"]],
  [(h) => h.trainStep(noise(6), two, { learningRate: 0 }), "invalid-option", ["options.learningRate", "above 0", "0"]],
  [(h) => h.trainStep(noise(6), two, { lr: 1 }), "invalid-option", ["learningRate", '"lr"']],
  [(h) => h.trainStep(noise(6), two, 0.1), "invalid-option", ["options", "object", "0.1"]],
  [(h) => h.fit(noise(6), two, { epochs: 0 }), "invalid-option", ["options.epochs", "0"]],
  [(h) => h.fit(noise(6), two, { batchSize: 1.5 }), "invalid-option", ["options.batchSize", "1.5"]],
  [(h) => h.fit(noise(6), two, { schedule: "linear" }), "invalid-option", ["options.schedule", '"cosine"', '"linear"']],
  [(h) => h.fit(noise(6), two, { validationSplit: 1 }), "invalid-option", ["options.validationSplit", "[0, 1)"]],
  [(h) => h.fit(noise(6), two, { validationSplit: 0.1 }), "invalid-option", ["options.validationSplit", "2 rows"]],
  [(h) => h.fit(noise(6), two, { patience: 3 }), "invalid-option", ["options.patience", "validationSplit"]],
  [(h) => h.fit(noise(6), two, { onEpoch: "print" }), "invalid-option", ["options.onEpoch", "function", '"print"']],
  [(h) => h.fit(noise(6), two, { signal: {} }), "invalid-option", ["options.signal", "AbortSignal"]],
  [(h) => h.fit(noise(6), two, { shuffle: true }), "invalid-option", ["options", "shuffle"]],
  [(h) => h.oodScore(noise(6), { k: 3 }), "invalid-option", ["options", "scorer", '"k"']],
];

export default {
  "heads of impossible options are refused": async ({ oodgate }) => {
    for (const [bad, words] of badHeads) await refused(() => oodgate.createHead(bad), "invalid-option", ...words);
  },

  "bad calls are refused and change nothing": async ({ create }) => {
    const head = await create(options());
    await head.trainStep(noise(6), two);
    const before = await head.logits(noise(30));
    for (const [call, code, words] of badCalls) await refused(() => call(head), code, ...words);
    close(await head.logits(noise(30)), before, {}, "logits after the refusals");
    same((await head.trainStep(noise(6), two)).step, 2, "steps after the refusals");
  },

  "metrics refuse what has no answer": async ({ oodgate: { init, metrics } }) => {
    await init();
    await refused(() => metrics.auroc([], [1]), "invalid-option", "id", "at least one");
    await refused(() => metrics.auprIn([1], []), "invalid-option", "ood", "at least one");
    await refused(() => metrics.auprOut([1], [NaN]), "not-finite", "ood[0]");
    await refused(() => metrics.auroc([1, "2"], [1]), "invalid-option", "id[1]", '"2"');
    await refused(() => metrics.auroc(null, [1]), "invalid-option", "id", "null");
    await refused(() => metrics.fprAtTpr([1], [1], 1.5), "invalid-option", "tpr", "1.5");
    await refused(() => metrics.ece(Float32Array.of(0.5, 0.6, 0.4), [0, 1]), "invalid-features", "probabilities");
    await refused(() => metrics.ece(Float32Array.of(0.5, 0.5), [2]), "invalid-labels", "labels[0]");
    await refused(() => metrics.ece(Float32Array.of(0.5, 0.5), [0], 0), "invalid-option", "bins");
    await refused(() => metrics.ece([0.5, 0.5], [0]), "invalid-features", "Float32Array");
    await refused(() => metrics.ece(Float32Array.of(0.5, NaN), [0]), "not-finite", "probabilities[1]");
  },

  "init takes one option": async ({ oodgate: { init } }) => {
    await refused(() => init({ url: "x" }), "invalid-option", "wasm", "url");
    await Promise.all([init(), init(), init()]);
  },
};
