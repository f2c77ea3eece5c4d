// Faults of the platform, made on purpose: each scenario answers what became of the head that met it and of its neighbours.

import { trapInside } from "../lib/instances.mjs";
import { pose } from "../lib/pose.mjs";
import { createHead, loadHead } from "oodgate";
import { noise } from "../suite/check.mjs";

const [features, classes, rows] = [16, 4, 64];
const x = noise(rows * features);
const y = Uint8Array.from({ length: rows }, (_, row) => row % classes);
const plain = (array) => Array.from(array);
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// The devices that the package asks for.
const devices = [];
if (globalThis.GPUAdapter) {
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function watched(descriptor) {
    const device = await requestDevice.call(this, descriptor);
    devices.push(device);
    return device;
  };
}

/** What a rejection was: an error's code, or what else was thrown. */
const outcome = (promise) => promise.then(() => "resolved", (error) => error.code ?? String(error));

/** A trained head with everything that can be lost. */
async function trained(backend, options = {}) {
  const head = await createHead({ features, classes, backend, ...options });
  await head.fit(x, y, { epochs: 3, batchSize: 16 });
  await head.calibrate(noise(40 * features, 2), y.slice(0, 40), { scorer: { name: "knn", k: 3 } });
  return head;
}

const facts = async (head) => ({ steps: head.steps, logits: plain(await head.logits(x)) });
const gate = async (head) => plain((await head.gate(x)).score);

/** Goes on with a head that met a fault, and with a new one. */
async function goOn(head, before) {
  const after = await facts(head);
  const { step } = await head.trainStep(x, y);
  const fresh = await createHead({ features, classes, backend: "cpu" });
  await fresh.trainStep(x, y);
  const result = {
    steps: [before.steps, after.steps, step],
    kept: after.steps !== before.steps || after.logits.every((logit, index) => Math.abs(logit - before.logits[index]) < 1e-5),
    backend: head.backend, reason: head.fallbackReason, fresh: fresh.steps,
  };
  fresh.dispose();
  head.dispose();
  return result;
}

/** Calls that change what a head remembers, and one that asks it about that. */
const changes = {
  addRows: (head) => head.addRows(x, y),
  removeRows: (head) => head.removeRows([1, 2]),
  addClass: (head) => head.addClass("another"),
  removeClass: (head) => head.removeClass("1", { rows: "unknown" }),
  setWeights: (head, weights) => head.setWeights(weights),
  explain: (head) => head.explain(x),
  refit: (head) => head.fit({ epochs: 2 }),
};

const scenarios = {
  /** A trap in the middle of a step; another head on the same instance has rows and a calibration to lose. */
  async trap({ backend, message }) {
    const [head, neighbour] = [await trained(backend), await trained(backend, { seed: 1 })];
    const [before, scores] = [await facts(head), await gate(neighbour)];
    trapInside(message);
    const code = await outcome(head.trainStep(x, y, { learningRate: 0.1 }));
    const same = JSON.stringify(await gate(neighbour)) === JSON.stringify(scores);
    neighbour.dispose();
    return { code, neighbour: same, ...(await goOn(head, before)) };
  },

  /** Classes that an earlier call added are there again; rows that the call held are gone, and the head says so. */
  async "trap in a change"({ backend, change }) {
    const head = await trained(backend);
    await head.addClass("new");
    await head.addRows(x.slice(0, 2 * features), ["new", "new"]);
    await head.addRows(x.slice(0, features), null);
    const weights = await head.weights();
    const before = await facts(head);
    trapInside();
    const code = await outcome(changes[change](head, weights));
    await head.logits(x);
    const { count, perClass } = head.rows;
    const told = `${head.classes.length} classes, ${perClass.length}, ${perClass.reduce((sum, rows) => sum + rows) === count}`;
    return { code: `${code},${told}`, ...(await goOn(head, before)) };
  },

  async "trap in a fit"({ backend }) {
    const head = await trained(backend);
    const before = await facts(head);
    let epochs = 0;
    const onEpoch = () => {
      epochs += 1;
      if (epochs === 3) trapInside();
    };
    const code = await outcome(head.fit(x, y, { epochs: 1000, batchSize: 16, onEpoch }));
    return { code, ...(await goOn(head, before)) };
  },

  /** Two calls of one instance: the one that traps takes the other's instance away. */
  async "trap beside a fit"({ backend }) {
    const [head, other] = [await trained(backend), await trained(backend, { seed: 1 })];
    const before = await facts(head);
    const fit = outcome(head.fit(x, y, { epochs: 1_000_000, batchSize: 16 }));
    await sleep(100);
    trapInside();
    const code = await outcome(other.trainStep(x, y));
    const codes = `${code},${await fit}`;
    other.dispose();
    return { code: codes, ...(await goOn(head, before)) };
  },

  /** Memory for the instance that replaces one that trapped comes late; a call of another head waits for its device. */
  async "recovery that fails"({ backend }) {
    const [head, other] = [await trained(backend), await trained(backend, { seed: 1 })];
    const before = await facts(head);
    const { Instance } = WebAssembly;
    WebAssembly.Instance = function none() {
      throw new RangeError("WebAssembly.Instance(): Out of memory");
    };
    // On the CPU no call waits for anything.
    const waiting = backend === "webgpu" ? outcome(other.trainStep(x, y)) : "out-of-memory";
    trapInside();
    const codes = [await outcome(head.trainStep(x, y)), await waiting];
    for (const call of [() => head.logits(x), () => other.logits(x), () => createHead({ features, classes, backend })]) {
      codes.push(await outcome(call()));
    }
    WebAssembly.Instance = Instance;
    other.dispose();
    return { code: codes.join(), ...(await goOn(head, before)) };
  },

  /** A trap of another library's wasm while a call waits for its device is not ours: nothing is lost, and the page hears of it. */
  async "trap of another library"({ backend }) {
    const head = await trained(backend);
    const before = await facts(head);
    // (module (func (export "f") unreachable))
    const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {});
    const heard = [];
    let isPending = true;
    const calls = Promise.all(Array.from({ length: 50 }, () => outcome(head.trainStep(x, y)))).finally(() => (isPending = false));
    const hear = (event) => {
      heard.push([event.defaultPrevented, isPending, event.error instanceof WebAssembly.RuntimeError].join());
      event.preventDefault();
    };
    // After the package's own listener, which the call under way has added.
    addEventListener("error", hear);
    setTimeout(exports.f, 5);
    const codes = [...new Set(await calls)];
    removeEventListener("error", hear);
    return { code: [...codes, ...heard].join(), ...(await goOn(head, before)) };
  },

  /** What the page's own wasm throws in a listener is the page's. */
  async "trap of a listener"({ backend }) {
    const [head, neighbour] = [await trained(backend), await trained(backend, { seed: 1 })];
    const scores = await gate(neighbour);
    const fit = head.fit(x, y, {
      epochs: 1000,
      onEpoch: () => {
        throw new WebAssembly.RuntimeError("unreachable");
      },
    });
    const code = await fit.then(() => "resolved", String);
    const same = JSON.stringify(await gate(neighbour)) === JSON.stringify(scores);
    neighbour.dispose();
    return { code, neighbour: same, ...(await goOn(head, await facts(head))) };
  },

  /** A GPU that gives way in its trial. */
  async "a GPU that cannot be tried"() {
    pose();
    const { submit } = GPUQueue.prototype;
    GPUQueue.prototype.submit = function broken(...given) {
      // The first device is there for the round trip alone.
      if (devices.length > 1) throw new TypeError("made up");
      return submit.apply(this, given);
    };
    const head = await createHead({ features: 768, classes: 150 });
    const { backend, fallbackReason } = head;
    head.dispose();
    GPUQueue.prototype.submit = submit;
    const after = await trained("webgpu");
    return { code: `${backend}: ${fallbackReason}`, ...(await goOn(after, await facts(after))) };
  },

  /** Arrays are read before a call returns also where the head must be restored first. */
  async "arrays after a loss"() {
    const head = await trained("webgpu");
    const before = await facts(head);
    devices.at(-1).destroy();
    const lost = await outcome(head.trainStep(x, y));
    const rows = x.slice();
    const step = outcome(head.logits(rows));
    rows.fill(NaN);
    return { code: `${lost},${await step}`, ...(await goOn(head, before)) };
  },

  /** A function of WebGPU throws where the engine awaits nothing from it. */
  async "error of the browser"() {
    const head = await trained("webgpu");
    const before = await facts(head);
    const { submit } = GPUQueue.prototype;
    GPUQueue.prototype.submit = function broken() {
      GPUQueue.prototype.submit = submit;
      throw new TypeError("made up");
    };
    return { code: await outcome(head.trainStep(x, y)), ...(await goOn(head, before)) };
  },

  async "device lost"({ during, times = 1 }) {
    const head = await trained("webgpu");
    const before = await facts(head);
    const codes = [];
    for (let time = 0; time < times; time += 1) {
      const lose = () => devices.at(-1).destroy();
      const pending = during === "fit" ? head.fit(x, y, { epochs: 100_000, batchSize: 16 }) : undefined;
      if (pending) await sleep(100);
      lose();
      codes.push(await outcome(pending ?? head.trainStep(x, y)));
      // So that the next loss finds a head that lives again.
      await head.logits(x);
    }
    return { code: codes.join(), ...(await goOn(head, before)) };
  },

  async "device out of memory"() {
    const head = await trained("webgpu");
    const before = await facts(head);
    devices.at(-1).dispatchEvent(new GPUUncapturedErrorEvent("uncapturederror", { error: new GPUOutOfMemoryError("made up"), cancelable: true }));
    return { code: await outcome(head.trainStep(x, y)), ...(await goOn(head, before)) };
  },

  /** Heads until the instance's four gigabytes are full. */
  async "wasm out of memory"() {
    const neighbour = await trained("cpu", { seed: 1 });
    const scores = await gate(neighbour);
    const heads = [];
    let code = "resolved";
    while (code === "resolved" && heads.length < 12) {
      code = await outcome(createHead({ features: 60_000, classes: 1000, backend: "cpu" }).then((head) => heads.push(head)));
    }
    for (const head of heads) head.dispose();
    const same = JSON.stringify(await gate(neighbour)) === JSON.stringify(scores);
    return { code, heads: heads.length, neighbour: same, ...(await goOn(neighbour, await facts(neighbour))) };
  },

  async "a thousand steps at once"({ backend }) {
    const head = await createHead({ features, classes, backend });
    const results = await Promise.all(Array.from({ length: 1000 }, () => head.trainStep(x, y)));
    const inOrder = results.every(({ step }, index) => step === index + 1);
    return { code: "resolved", inOrder, ...(await goOn(head, await facts(head))) };
  },

  async "aborted fit"({ backend }) {
    const head = await trained(backend);
    const abort = new AbortController();
    const fit = head.fit(x, y, { epochs: 1_000_000, batchSize: 16, signal: abort.signal });
    setTimeout(() => abort.abort("enough"), 200);
    const code = await outcome(fit);
    return { code, ...(await goOn(head, await facts(head))) };
  },

  async "dispose during calls"({ backend }) {
    const codes = [];
    for (const call of [(head) => head.trainStep(x, y), (head) => head.fit(x, y, { epochs: 1e6 }), (head) => head.gate(x), (head) => head.save()]) {
      const head = await trained(backend);
      const pending = call(head);
      head.dispose();
      codes.push(await outcome(pending));
    }
    const head = await trained(backend);
    return { code: codes.join(), ...(await goOn(head, await facts(head))) };
  },

  /** A head in a Worker that is disposed, or whose call is aborted, while it computes for a second or so. */
  async "ended during a long call"({ how }) {
    const big = { x: noise(1500 * 512, 3), y: Uint8Array.from({ length: 1500 }, (_, row) => row % classes) };
    const head = await createHead({ features: 512, classes, worker: true, backend: "cpu" });
    await head.fitScorers(big.x, big.y);
    const abort = new AbortController();
    const started = performance.now();
    const long = outcome(head.oodScore(big.x, { scorer: "mahalanobis", signal: abort.signal }));
    await sleep(20);
    const ended = performance.now();
    if (how === "dispose") head.dispose();
    else abort.abort("enough");
    const code = await long;
    const took = performance.now() - ended;
    // What comes after an aborted call waits for the Worker to be through with it.
    const next = how === "dispose" ? await outcome(head.logits(big.x)) : (await head.logits(big.x)).length;
    const whole = performance.now() - started;
    head.dispose();
    const after = await trained("cpu");
    return { code: `${code},${next}`, took, whole, ...(await goOn(after, await facts(after))) };
  },

  async "broken worker"() {
    const head = await createHead({ features, classes, worker: true, backend: "cpu" });
    await head.trainStep(x, y);
    const copy = await loadHead(await head.save(), { worker: true, backend: "cpu" });
    head.dispose();
    const code = await outcome(head.trainStep(x, y));
    return { code, ...(await goOn(copy, await facts(copy))) };
  },
};

globalThis.fault = (name, options) => scenarios[name](options ?? {});

/** Starts a fit whose progress the test watches while the page sleeps. */
globalThis.epochs = 0;
globalThis.longFit = async () => {
  const head = await createHead({ features, classes, backend: "cpu" });
  globalThis.stop = new AbortController();
  const onEpoch = () => (globalThis.epochs += 1);
  head.fit(x, y, { epochs: 10_000_000, batchSize: 16, onEpoch, signal: globalThis.stop.signal }).catch(() => {});
};
