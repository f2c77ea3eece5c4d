// Odd input that means what plain input means, and callers' code that runs in the middle of a call.

import { check, noise, refused, same } from "../check.mjs";
import { quietly, rows, stateOf, twins, two } from "./driver.mjs";
import { resizable } from "./values.mjs";

const width = 3;
const bits = (array) => Array.from(array);

class Lying extends Float32Array {
  static get [Symbol.species]() {
    throw new Error("species");
  }
  get length() {
    return 2 ** 31;
  }
  get buffer() {
    return new ArrayBuffer(8);
  }
  *[Symbol.iterator]() {
    for (;;) yield NaN;
  }
  slice() {
    return this;
  }
}

/** An object whose properties answer once, and with rubbish from then on. */
function answersOnce(properties) {
  const asked = {};
  const entries = Object.entries(properties).map(([key, value]) =>
    [key, { enumerable: true, get: () => ((asked[key] = (asked[key] ?? 0) + 1) === 1 ? value : Symbol("asked again")) }]);
  return Object.defineProperties({}, Object.fromEntries(entries));
}

/** The same numbers over another kind of buffer. */
function over(buffer, numbers = rows()) {
  const view = new Float32Array(buffer, 0, numbers.length);
  view.set(numbers);
  return view;
}

/** While the body runs, every object seems to have this property. */
async function polluted(key, value, body) {
  Object.defineProperty(Object.prototype, key, { value, configurable: true, enumerable: true, writable: true });
  try {
    return await body();
  } finally {
    delete Object.prototype[key];
  }
}

const shared = typeof SharedArrayBuffer === "function";

export default {
  "odd forms of features are read once and mean their numbers": async ({ create }) => {
    const head = await create({ features: width, classes: 2 });
    const expected = bits(await head.logits(rows()));
    const forms = {
      "a lying subclass": () => new Lying(rows()),
      "a length of its own": () => Object.defineProperty(rows(), "length", { value: 1e9 }),
      "a brand of its own": () => Object.defineProperty(rows(), Symbol.toStringTag, { value: "Float64Array" }),
      "a prototype of its own": () => Object.setPrototypeOf(rows(), null),
      "a tensor that answers once": () => answersOnce({ data: rows(), dims: [2, width] }),
      "a tensor behind a proxy": () => new Proxy({ data: rows(), dims: [2, width] }, {}),
      "a tensor of a lying subclass": () => ({ data: new Lying(rows()), dims: [2, width] }),
      "rows that answer once": () => [0, 1].map((row) => answersOnce({ length: width,
        ...bits(rows().subarray(3 * row, 3 * row + 3)) })),
      "frozen rows": () => Object.freeze([0, 1].map((row) => Object.freeze(bits(rows().subarray(3 * row, 3 * row + 3))))),
      ...(shared && { "shared memory": () => over(new SharedArrayBuffer(24)) }),
      ...(resizable && {
        "a resizable buffer": () => over(new ArrayBuffer(24, { maxByteLength: 48 })),
        "a view that tracks a buffer's length": () => {
          const buffer = new ArrayBuffer(48, { maxByteLength: 48 });
          const view = new Float32Array(buffer);
          over(buffer);
          buffer.resize(24);
          return view;
        },
      }),
    };
    for (const [form, make] of Object.entries(forms)) {
      same(bits(await head.logits(make())), expected, form);
      // And once more where the call has to wait its turn.
      const [, logits] = await Promise.all([head.logits(rows()), head.logits(make())]);
      same(bits(logits), expected, `${form}, waiting`);
    }
    const without = shared ? "" : ", without shared memory: it needs cross-origin isolation";
    console.log(`${Object.keys(forms).length} odd forms of features${without}`);
  },

  "odd forms of labels and options mean what they say": async ({ create }) => {
    class Endless extends Uint8Array {
      *[Symbol.iterator]() {
        for (;;) yield 0;
      }
    }
    const step = (labels, options) => async () => {
      const head = await create({ features: width, classes: ["a", "b"] });
      await head.trainStep(rows(), labels(), options?.());
      return bits(await head.logits(rows()));
    };
    const given = { learningRate: 0.25 };
    const expected = await step(() => two, () => given)();
    for (const [what, labels, options] of [
      ["labels that iterate for ever", () => Endless.of(0, 1), () => given],
      ["an array that iterates for ever", () => Object.assign([0, 1], { *[Symbol.iterator]() { for (;;) yield 1; } }),
        () => given],
      ["frozen labels", () => Object.freeze(["a", "b"]), () => given],
      ["frozen options", () => two, () => Object.freeze({ ...given })],
      ["options without a prototype", () => two, () => Object.assign(Object.create(null), given)],
      ["options behind a proxy", () => two, () => new Proxy({ ...given }, {})],
      ["options that answer once", () => two, () => answersOnce(given)],
      ["a symbol among the options", () => two, () => ({ ...given, [Symbol("colour")]: 1 })],
      ["an option without a value", () => two, () => ({ ...given })],
    ]) same(await step(labels, options)(), expected, what);

    const heads = { features: width, classes: ["a", "b"], loss: { kind: "crossEntropy" }, hidden: [4], seed: 5 };
    const logits = async (options) => bits(await (await create(options)).logits(rows()));
    same(await logits(answersOnce({ ...heads, loss: answersOnce(heads.loss) })), await logits(heads),
      "a head whose options answer once");
  },

  "what was left on Object.prototype is no option": async ({ create }) => {
    const head = await create({ features: width, classes: 2 });
    const [plain, twin] = [await create({ features: width, classes: 2 }), await create({ features: width, classes: 2 })];
    await plain.trainStep(rows(), two, {});
    const before = bits(await head.logits(rows()));
    for (const [key, value] of [["learningRate", -1], ["scorer", "best"], ["colour", 1]]) {
      await polluted(key, value, async () => {
        same(bits(await head.logits(rows())), before, `logits with ${key}`);
        await head.oodScore(rows(), {});
      });
    }
    await polluted("learningRate", 0.5, () => twin.trainStep(rows(), two, {}));
    same(bits(await twin.logits(rows())), bits(await plain.logits(rows())),
      "a step with another learning rate on Object.prototype");
  },

  "what changes while a call waits does not change the call": async ({ create }) => {
    const head = await create({ features: width, classes: 2 });
    const expected = bits(await head.logits(rows()));
    const buffers = [
      [new Float32Array(6).buffer, (buffer) => structuredClone(buffer, { transfer: [buffer] })],
      ...(resizable ? [[new ArrayBuffer(24, { maxByteLength: 24 }), (buffer) => buffer.resize(0)]] : []),
    ];
    for (const [buffer, lose] of buffers) {
      const view = over(buffer);
      const waiting = [head.logits(rows()), head.logits(view)];
      lose(buffer);
      same(bits((await Promise.all(waiting))[1]), expected, "logits of a buffer that is gone by then");
    }
    for (const buffer of [new ArrayBuffer(24), ...(shared ? [new SharedArrayBuffer(24)] : [])]) {
      const view = over(buffer);
      const logits = head.logits(view);
      view.fill(7);
      same(bits(await logits), expected, `logits of a ${buffer.constructor.name} that is written to after the call`);
    }
    // Rows of five megabytes, which a fit could copy while the page goes on.
    const many = { features: 64, classes: 2, seed: 3 };
    const learnt = await Promise.all([false, true].map(async (isWrittenTo) => {
      const x = Float32Array.from({ length: 20_000 * 64 }, (_, i) => Math.sin(i * 0.37) + (i % 128 < 64 ? 1 : 0));
      const fitted = await create(many);
      const fit = fitted.fit(x, Int32Array.from({ length: 20_000 }, (_, row) => row % 2), { epochs: 1 });
      if (isWrittenTo) x.fill(NaN);
      await fit;
      return bits(await fitted.logits(Float32Array.from({ length: 64 }, (_, i) => Math.cos(i))));
    }));
    same(learnt[1], learnt[0], "logits after a fit of rows that are written to after the call");
    const options = { scorer: { name: "energy", temperature: 2 } };
    const scores = bits(await head.oodScore(rows(), options));
    const waiting = [head.logits(rows()), head.oodScore(rows(), options)];
    options.scorer.temperature = -1;
    same(bits((await Promise.all(waiting))[1]), scores, "scores with the options of the call");

    // Labels whose getters take the features away: they are gone before anything reads them, and said to be.
    const features = rows();
    const thief = Object.defineProperty([0, 1], 1, { get: () =>
      structuredClone(features.buffer, { transfer: [features.buffer] }) && 1 });
    await refused(() => head.trainStep(features, thief), "invalid-features", "transferred");
    const known = rows();
    const ood = { get features() { structuredClone(known.buffer, { transfer: [known.buffer] }); return rows(); } };
    check((await head.evaluate({ features: known, labels: two }, ood)).auroc >= 0, "known rows were read before");
  },

  "any different well-formed names are names": async ({ create }) => {
    const names = ["", " ", "__proto__", "constructor", "toString", "\u0000", "e\u0301", "\u00e9", "\u{1f40d}"];
    const head = await create({ features: width, classes: names });
    const { label, classIndex } = await head.predict(noise(width * 50));
    same(label, Array.from(classIndex, (index) => names[index]), "labels");
    await head.trainStep(noise(width * names.length), names);
    const many = Array.from({ length: 10_000 }, (_, index) => `class ${index}`);
    const large = await create({ features: width, classes: many });
    same([large.classes.length, large.classes[9999]], [10_000, "class 9999"], "ten thousand names");
    await large.trainStep(rows(), ["class 9999", "class 0"]);
  },

  "a listener may fail late, call back and dispose": async ({ create, worker }) => {
    const failure = new RangeError("in the listener");
    await quietly(async () => {
      for (const epochs of [1, 50]) {
        const head = await create({ features: width, classes: 2 });
        const onEpoch = async () => {
          throw failure;
        };
        check((await head.fit(rows(), two, { epochs, onEpoch }).catch((error) => error)) === failure,
          `a rejection of ${epochs} epochs`);
        // A Worker hears of it by a message, some small epochs later.
        check(worker || head.steps < 5, `${head.steps} steps`);
        await head.trainStep(rows(), two);
      }
      const calling = await create({ features: width, classes: 2 });
      const calls = [];
      const onEpoch = async () => calls.push(await calling.trainStep(rows(), two));
      same((await calling.fit(rows(), two, { epochs: 3, onEpoch })).steps, 3, "steps of the fit");
      await calling.logits(rows());
      same(calls.map(({ step }) => step), [4, 5, 6], "steps of the listener's own calls, after the fit");

      const ending = await create({ features: width, classes: 2 });
      await refused(() => ending.fit(rows(), two, { epochs: 50, onEpoch: () => ending.dispose() }), "disposed");
    });
  },

  "a signal that was aborted before changes nothing": async ({ create }) => {
    const [head, twin] = await twins(create);
    const before = await stateOf(head, "auto", "knn");
    for (const [signal, reason] of [
      [AbortSignal.abort(), "AbortError"], [AbortSignal.abort(undefined), "AbortError"], [AbortSignal.abort(null), null],
        [AbortSignal.abort("no"), "no"],
      [AbortSignal.abort(0), 0],
    ]) {
      for (const call of [() => head.fit(rows(), two, { signal }),
        () => head.selectScorer(noise(90), Array.from({ length: 30 }, (_, row) => row % 2), { signal })]) {
        const outcome = await call().then(() => "resolved", (error) => error);
        same(outcome?.name ?? outcome, reason, "the reason");
      }
    }
    same(await stateOf(head, "auto", "knn"), before, "the head afterwards");
    for (const one of [head, twin]) await one.trainStep(rows(), two);
    same(bits(await head.logits(rows())), bits(await twin.logits(rows())), "the next step");
  },

  "a selection that fails under way does not give the head rows to compare with": async ({ create }) => {
    const head = await create({ features: width, classes: 2 });
    const labels = Array.from({ length: 30 }, (_, row) => row % 2);
    await refused(() => head.selectScorer(noise(90), labels, { candidates: ["ash"] }), "invalid-features", "ash");
    await refused(() => head.oodScore(rows(), { scorer: "knn" }), "scorer-not-fitted");
  },
};
