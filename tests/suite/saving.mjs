// A head as a file and back, and from other tools' files.

import { check, close, noise, refused, same } from "./check.mjs";

const [width, classes] = [12, ["oak", "ash", "quote \" and é"]];
const labels = (rows) => Array.from({ length: rows }, (_, row) => classes[row % classes.length]);

/** A trained, calibrated head. */
async function trained(create, options) {
  const head = await create({ features: width, classes, ...options });
  await head.fit(noise(60 * width), labels(60), { epochs: 3, batchSize: 16 });
  await head.trainStep(noise(8 * width, 2), labels(8));
  await head.calibrate(noise(40 * width, 3), labels(40), { alpha: 0.1, scorer: { name: "knn", k: 5 } });
  return head;
}

/** The head that a file holds; the suite frees it. */
const load = async ({ oodgate, keep, backend, worker }, file, options) => keep(await oodgate.loadHead(file, { backend, worker, ...options }));

/** What a head says of some rows: every scorer, the gate and the next step. On one backend all of it is the same, bit for bit. */
async function answers(head) {
  const rows = noise(9 * width, 4);
  const scorers = ["auto", "msp", "maxCosine", "odin", "knn", "mahalanobis", "rmd", "vim", "klMatching"];
  const scores = {};
  for (const scorer of scorers) scores[scorer] = await head.oodScore(rows, { scorer });
  return { steps: head.steps, calibration: head.calibration, scores, gate: await head.gate(rows) };
}

/** Options whose order does not matter. */
const sorted = (value) =>
  typeof value !== "object" || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(Object.entries(value).sort().map(([key, inner]) => [key, sorted(inner)]));

/** Plain values, for comparisons. */
const plain = (value) => JSON.parse(JSON.stringify(value, (_, inner) => (ArrayBuffer.isView(inner) ? Array.from(inner) : inner)));

export default {
  "a head says what it was made of, and another is made of that": async (place) => {
    const { create, keep, oodgate, backend, worker } = place;
    const given = { features: width, classes: [...classes], seed: 3, loss: { kind: "logitNorm", tau: 0.07 } };
    const head = await create(given);
    given.classes[0] = "elm";
    const expected = {
      features: width, classes, hidden: [], loss: { kind: "logitNorm", tau: 0.07, labelSmoothing: 0 },
      optimizer: { kind: "adamw", learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
      seed: 3, standardize: true, memory: {}, backend, worker,
    };
    same(sorted(head.options), sorted(expected), "options");
    check([head.options, head.options.classes, head.options.loss].every(Object.isFrozen), "frozen");
    const twin = keep(await oodgate.createHead(head.options));
    same(await twin.logits(noise(width)), await head.logits(noise(width)), "the twin's logits");
    const loaded = await load(place, await head.save());
    same(sorted(loaded.options), sorted(head.options), "a loaded head's options");

    const other = { hidden: [4], loss: { kind: "crossEntropy", labelSmoothing: 0.1 }, optimizer: { kind: "sgd", learningRate: 0.3, momentum: 0.9 } };
    const { options } = await create({ features: 2, classes: 2, ...other });
    same(options.classes, ["0", "1"], "names of counted classes");
    same(sorted(options.loss), sorted(other.loss), "the loss");
    same(sorted(options.optimizer), sorted({ ...other.optimizer, nesterov: false, weightDecay: 0 }), "the optimiser");
  },

  "a saved head comes back as it was": async (place) => {
    const optimizers = [{ kind: "adamw", learningRate: 0.003, weightDecay: 0.1 }, { kind: "sgd", learningRate: 0.1, momentum: 0.9, nesterov: true }];
    for (const options of [{ optimizer: optimizers[0] }, { optimizer: optimizers[1], hidden: [7], loss: { kind: "crossEntropy", labelSmoothing: 0.1 } }]) {
      const head = await trained(place.create, options);
      const file = await head.save();
      const again = await load(place, file);
      same([again.features, again.classes, again.backend], [width, classes, place.backend], "shape");
      same(plain(await answers(again)), plain(await answers(head)), "answers");
      const steps = [];
      for (const each of [head, again]) {
        const { loss } = await each.trainStep(noise(5 * width, 6), labels(5));
        await each.fit(noise(30 * width, 7), labels(30), { epochs: 2, batchSize: 7 });
        steps.push([loss, plain(await each.logits(noise(4 * width, 8)))]);
      }
      // On a device sums may be made in another order; here they are not.
      if (place.backend === "cpu") same(steps[1], steps[0], "the next steps");
      else close(steps[1].flat(), steps[0].flat(), { absolute: 1e-4, relative: 1e-4 }, "the next steps");
    }
  },

  "the same head saves the same bytes": async (place) => {
    const head = await trained(place.create);
    const file = await head.save();
    same(file, await head.save(), "a second time");
    same(await (await load(place, file)).save(), file, "after loading");
    same(file, await (await load(place, file.buffer)).save(), "from an ArrayBuffer");
  },

  "a head moves between backends": async (place) => {
    const head = await trained(place.create);
    const again = await load(place, await head.save(), { backend: "cpu" });
    same([again.backend, again.steps], ["cpu", head.steps], "backend and steps");
    const rows = noise(9 * width, 4);
    close(await again.logits(rows), await head.logits(rows), { absolute: 1e-4, relative: 1e-4 }, "logits");
    const [here, there] = [await head.gate(rows), await again.gate(rows)];
    close(there.score, here.score, { absolute: 1e-4, relative: 1e-4 }, "scores");
    same(there.accepted, here.accepted, "accepted");
  },

  "an untrained head is saved, and a disposed one is not": async (place) => {
    const head = await place.create({ features: width, classes, seed: 3 });
    const again = await load(place, await head.save());
    same(await again.logits(noise(width)), await head.logits(noise(width)), "logits");
    await refused(() => again.gate(noise(width)), "not-calibrated");
    head.dispose();
    await refused(() => head.save(), "disposed");
  },

  "a call behind a save is not in it": async ({ create, ...place }) => {
    const head = await create({ features: width, classes });
    const [file] = await Promise.all([head.save(), head.trainStep(noise(4 * width), labels(4))]);
    same([(await load(place, file)).steps, head.steps], [0, 1], "steps");
  },

  "a file is read before loadHead returns": async (place) => {
    const saved = await trained(place.create);
    const file = await saved.save();
    for (const bytes of [file.slice(), file.slice().buffer, ...(typeof Buffer === "function" ? [Buffer.from(file)] : [])]) {
      const loading = load(place, bytes);
      (bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes).fill(0);
      same((await loading).steps, saved.steps, "steps");
    }
  },

  "a large file is copied while the page goes on": async (place) => {
    const [features, rows] = [1024, 4400];
    const saved = await place.create({ features, classes });
    await saved.addRows(noise(rows * features), labels(rows));
    const file = await saved.save();
    check(file.length > 2 ** 24, `${file.length} bytes`);
    same((await load(place, file.slice())).rows.count, rows, "rows");
    const gone = file.slice();
    const loading = load(place, gone);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    await refused(() => loading, "invalid-file", "transferred");
  },

  "what is no head's file is refused": async (place) => {
    const file = await (await trained(place.create)).save();
    for (const bad of [undefined, null, 3, "file", [], {}, new Float32Array(9), new DataView(new ArrayBuffer(9)), file.length]) {
      await refused(() => place.oodgate.loadHead(bad), "invalid-file", "file: expected a Uint8Array or an ArrayBuffer");
    }
    const gone = file.slice();
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    for (const bad of [gone, gone.buffer, { [Symbol.toStringTag]: "ArrayBuffer" }]) {
      await refused(() => place.oodgate.loadHead(bad), "invalid-file", "transferred");
    }
    for (const length of [0, 1, 8, 100, file.length - 1]) {
      await refused(() => load(place, file.slice(0, length)), "invalid-file", "file: expected the bytes of a safetensors file");
    }
    await refused(() => load(place, new Uint8Array([...file, 0])), "invalid-file");
    const huge = new Uint8Array(file);
    huge.set([255, 255, 255, 255, 255, 255, 255, 127]);
    await refused(() => load(place, huge), "invalid-file");
    for (const options of [3, { backend: "gpu" }, { other: 1 }, { worker: 1 }]) {
      await refused(() => place.oodgate.loadHead(file, options), "invalid-option", "options");
    }
  },

  "cut and flipped files are refused or survived": async (place) => {
    if (place.worker) return; // One Worker for each of them would only be slow.
    const { oodgate, keep } = place;
    const file = await (await trained(place.create)).save();
    const random = noise(4 * 300, 5);
    let refusals = 0;
    for (let index = 0; index < 300; index += 1) {
      const bad = file.slice();
      for (let flip = 0; flip <= index % 4; flip += 1) {
        const at = random[4 * index + flip] ** 2 * bad.length;
        bad[Math.floor(at)] ^= 1 << (index % 8);
      }
      const outcome = await oodgate.loadHead(index % 3 ? bad : bad.slice(0, (index * bad.length) / 300), { backend: "cpu" }).then(keep, (error) => error);
      if (outcome instanceof Error) same(outcome.code, "invalid-file", `file ${index}: ${outcome.message}`);
      else check((await outcome.logits(new Float32Array(outcome.features))).length === outcome.classes.length, `file ${index}`);
      refusals += Number(outcome instanceof Error);
      if (!(outcome instanceof Error)) outcome.dispose();
    }
    console.log(`300 damaged files: ${refusals} refused, ${300 - refusals} loaded, none crashed`);
  },

  "the gate is exported as an ONNX model, training rows only where that is meant": async (place) => {
    const head = await trained(place.create);
    await head.calibrate(noise(40 * width, 3), labels(40), { alpha: 0.1 });
    const words = "exportOnnx({ includeTrainingRows: true }), because the scorer auto compares with training rows";
    for (const options of [undefined, {}, { includeTrainingRows: false, bank: 5 }]) {
      await refused(() => head.exportOnnx(options), "invalid-option", words);
    }
    const size = async (of, options) => (await of.exportOnnx({ includeTrainingRows: true, ...options })).length;
    const whole = await size(head);
    check((await size(head, { bank: 20 })) < whole - 4 * 30 * width, "a smaller bank");
    check((await size(head, { float16: true })) < whole - 2 * 60 * width, "halves");
    const moved = await load(place, await head.save(), { backend: "cpu" });
    same(await size(moved), whole, "the size on the CPU");
    await head.calibrate(noise(40 * width, 3), labels(40), { alpha: 0.1, scorer: "maxCosine" });
    check((await head.exportOnnx()).length < whole, "a scorer of the head's answer needs nobody's leave");
  },

  "a file of format 1 is read": async (place) => {
    const head = await load(place, await place.bytes("head-v1.safetensors"));
    same([head.classes, head.steps, head.calibration.scorer], [["oak", "quote \" and é", "__proto__"], 13, "knn"], "what it was");
    check((await head.gate(noise(5))).score.every(Number.isFinite), "it scores");
  },
};
