// Calls that overlap, and heads that end.

import { check, close, noise, refused, same } from "./check.mjs";

export default {
  "calls on one head are queued": async ({ create }) => {
    const [width, classes] = [5, 3];
    const batches = [1, 2, 3, 4, 5, 6].map((seed) => noise(4 * width, seed));
    const labels = [0, 1, 2, 0];
    const awaited = await create({ features: width, classes });
    for (const batch of batches) await awaited.trainStep(batch, labels);
    const hurried = await create({ features: width, classes });
    const results = await Promise.all([...batches.map((batch) => hurried.trainStep(batch, labels)), hurried.logits(batches[0])]);
    same(results.slice(0, 6).map((result) => result.step), [1, 2, 3, 4, 5, 6], "steps");
    close(results[6], await awaited.logits(batches[0]), {}, "logits");
  },

  "a refusal does not hold up the queue": async ({ create }) => {
    const head = await create({ features: 2, classes: 2 });
    const [first, bad, last] = await Promise.allSettled([
      head.trainStep(noise(4), [0, 1]), head.trainStep(noise(4), [0, 7]), head.trainStep(noise(4), [0, 1]),
    ]);
    same([first.status, bad.status, last.status], ["fulfilled", "rejected", "fulfilled"], "outcomes");
    same([last.value.step, head.steps], [2, 2], "steps");
  },

  "a disposed head refuses every call": async ({ create }) => {
    const head = await create({ features: 2, classes: 2 });
    head.dispose();
    head.dispose();
    const calls = [
      () => head.trainStep(noise(4), [0, 1]), () => head.fit(noise(4), [0, 1]), () => head.logits(noise(4)),
      () => head.predict(noise(4)), () => head.oodScore(noise(4)), () => head.calibrate(noise(4), [0, 1]), () => head.gate(noise(4)),
      () => head.evaluate({ features: noise(4), labels: [0, 1] }, { features: noise(4) }),
    ];
    for (const call of calls) await refused(call, "disposed");
  },

  "dispose ends a fit and what waits behind it": async ({ create }) => {
    const head = await create({ features: 4, classes: 2 });
    const fit = head.fit(noise(400), Uint8Array.from({ length: 100 }, (_, row) => row % 2), { epochs: 1_000_000 });
    const waiting = head.logits(noise(4));
    setTimeout(() => head.dispose(), 50);
    await Promise.all([refused(() => fit, "disposed"), refused(() => waiting, "disposed")]);
  },

  "a call that waits is ended by its signal at once, and the others go on": async ({ create }) => {
    const head = await create({ features: 4, classes: 2 });
    const [x, labels] = [noise(400), Uint8Array.from({ length: 100 }, (_, row) => row % 2)];
    await head.fit(x, labels, { epochs: 2 });
    await head.calibrate(x, labels, { scorer: "msp" });
    const expected = Array.from(await head.logits(x));
    for (const call of [
      (signal) => head.oodScore(x, { signal }), (signal) => head.gate(x, { signal }),
      (signal) => head.calibrate(x, labels, { scorer: "energy", signal }),
      (signal) => head.evaluate({ features: x, labels }, { features: x }, { signal }),
      (signal) => head.fit(x, labels, { signal }), (signal) => head.selectScorer(x, labels, { signal }),
    ]) {
      const [busy, ended] = [new AbortController(), new AbortController()];
      let isRunning = true;
      const long = head.fit(x, labels, { epochs: 1_000_000, schedule: "constant", signal: busy.signal })
        .catch((error) => error).finally(() => (isRunning = false));
      const waiting = call(ended.signal).catch((error) => error);
      const aborted = call(AbortSignal.abort("before")).catch((error) => error);
      ended.abort("enough");
      same([await aborted, await waiting, isRunning], ["before", "enough", true], `${call}`);
      busy.abort("stopped");
      same(await long, "stopped", "the call before");
    }
    // With an idle head too, and nothing changes.
    const fresh = await create({ features: 4, classes: 2 });
    await fresh.fit(x, labels, { epochs: 2 });
    const { calibration } = fresh;
    same(await fresh.calibrate(x, labels, { signal: AbortSignal.abort("no") }).catch((error) => error), "no", "calibrate");
    check(fresh.calibration === calibration, "the calibration");
    same(Array.from(await fresh.logits(x)), expected, "logits");
    const { signal } = new AbortController();
    same((await fresh.oodScore(x, { scorer: "msp", signal })).length, 100, "scores with a signal that stays quiet");
  },

  "a head works behind a proxy, and its methods by themselves": async ({ create }) => {
    // As Vue's `ref` and MobX wrap it: what it gives is wrapped in turn, but for what is frozen.
    const wrap = (target) => new Proxy(target, {
      get(...given) {
        const value = Reflect.get(...given);
        const isWrapped = typeof value === "object" && value !== null && Object.isExtensible(value);
        return isWrapped ? wrap(value) : value;
      },
    });
    const [x, labels] = [noise(60), Uint8Array.from({ length: 30 }, (_, row) => row % 2)];
    const head = await create({ features: 2, classes: 2 });
    const behind = wrap(head);
    same((await behind.trainStep(x, labels)).step, 1, "the step");
    await behind.fit(x, labels, { epochs: 2 });
    const calibration = await behind.calibrate(x, labels, { scorer: "msp" });
    check(behind.calibration === calibration && Object.isFrozen(calibration), "the calibration");
    same([behind.steps, behind.backend, behind.features, [...behind.classes]],
      [head.steps, head.backend, 2, ["0", "1"]], "what the head is");
    same(Array.from((await behind.gate(x)).score), Array.from((await head.gate(x)).score), "scores");
    const { predict, save } = head;
    same((await predict(x)).label.length, 30, "predict by itself");
    check((await save()).length > 0, "save by itself");
    behind.dispose();
    await refused(() => head.logits(x), "disposed");
    await refused(() => behind.logits(x), "disposed");
  },

  "heads live side by side": async ({ create }) => {
    const heads = await Promise.all([1, 2, 3].map((seed) => create({ features: 3, classes: 2, seed })));
    const before = await Promise.all(heads.map((head) => head.logits(noise(9))));
    heads[1].dispose();
    await heads[2].trainStep(noise(6), [0, 1]);
    close(await heads[0].logits(noise(9)), before[0], {}, "the first head");
    check((await heads[2].logits(noise(9))).some((f, index) => f !== before[2][index]), "the third head has learnt");
  },

  "using frees a head": async ({ create }) => {
    const made = [];
    const make = async () => {
      made.push(await create({ features: 2, classes: 2 }));
      return made.at(-1);
    };
    const AsyncFunction = make.constructor;
    let use;
    try {
      use = new AsyncFunction("make", "using head = await make(); await head.trainStep([[0, 1], [1, 0]], [0, 1]);");
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      // What compilers make of it where the language has no `using`, or not even the symbol.
      use = async () => (await make())[Symbol.dispose ?? "dispose"]();
    }
    await use(make);
    await refused(() => made[0].logits(noise(2)), "disposed");
  },
};
