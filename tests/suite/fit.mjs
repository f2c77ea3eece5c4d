// fit: it learns, repeats itself, reports, stops when told or when nothing is gained.

import { check, close, noise, refused, same } from "./check.mjs";

const [width, classes] = [8, 4];

/** Rows around one centre per class. */
function blobs(rows, spread) {
  const features = noise(rows * width, 7).map((x, index) => {
    const [row, column] = [Math.floor(index / width), index % width];
    return spread * x + (column % classes === row % classes ? 1 : 0);
  });
  return [features, Int32Array.from({ length: rows }, (_, row) => row % classes)];
}

export default {
  "a fit learns, and reports every epoch": async ({ create }) => {
    const [features, labels] = blobs(130, 0.5);
    for (const kind of ["logitNorm", "crossEntropy"]) {
      const head = await create({ features: width, classes, hidden: kind === "logitNorm" ? [] : [16], loss: { kind } });
      const reports = [];
      const result = await head.fit(features, labels, { epochs: 12, batchSize: 32, onEpoch: (p) => reports.push(p) });
      same(reports.map((p) => p.epoch), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], "epochs");
      check(reports.every((p) => p.epochs === 12 && p.rowsPerSecond > 0 && !("validationLoss" in p)), "fields of the progress");
      const [first, last] = [reports[0], reports.at(-1)];
      check(last.loss < first.loss / 2 && last.accuracy > 0.95, `${kind}: ${first.loss} to ${last.loss}, ${last.accuracy}`);
      same([result.epochs, result.steps, result.stoppedEarly, head.steps], [12, 60, false, 60], "result");
      same([result.loss, result.accuracy], [last.loss, last.accuracy], "loss and accuracy");
      const { classIndex } = await head.predict(features);
      const hits = classIndex.filter((index, row) => index === labels[row]).length;
      check(hits / 130 > 0.95, `${kind}: ${hits} of 130 predicted`);
    }
  },

  "without a listener the same weights come out": async ({ create }) => {
    const [features, labels] = blobs(50, 0.5);
    const logits = [];
    for (const onEpoch of [undefined, () => {}]) {
      const head = await create({ features: width, classes, seed: 3 });
      const { loss } = await head.fit(features, labels, { epochs: 3, batchSize: 16, ...(onEpoch && { onEpoch }) });
      check(loss > 0, `loss ${loss}`);
      logits.push(await head.logits(features));
    }
    close(logits[1], logits[0], {}, "logits");
  },

  "the same seed gives the same weights, another seed others": async ({ create }) => {
    const [features, labels] = blobs(50, 0.5);
    const logits = [];
    for (const seed of [4, 4, 5]) {
      const head = await create({ features: width, classes, seed, hidden: [6] });
      await head.fit(features, labels, { epochs: 3, batchSize: 16 });
      logits.push(await head.logits(features));
    }
    close(logits[1], logits[0], {}, "seed 4 twice");
    check(logits[2].some((f, index) => f !== logits[0][index]), "seed 5");
  },

  "patience ends a fit that gains nothing": async ({ create }) => {
    // Pure noise: the validation loss soon rises.
    const [features, labels] = [noise(80 * width, 3), Int32Array.from({ length: 80 }, (_, row) => (row * 7) % classes)];
    const head = await create({ features: width, classes });
    const reports = [];
    const options = { epochs: 400, batchSize: 16, validationSplit: 0.25, patience: 4, onEpoch: (p) => reports.push(p) };
    const { epochs, stoppedEarly, validationLoss, history, warning } = await head.fit(features, labels, options);
    check(stoppedEarly && epochs < 400, `${epochs} epochs`);
    const losses = reports.map((p) => p.validationLoss);
    same(losses.indexOf(Math.min(...losses)), losses.length - 5, "the best epoch");
    check(reports.every((p) => p.validationAccuracy >= 0 && p.validationAccuracy <= 1), "validation accuracy");
    same([validationLoss, history.length, history.at(-1).validationLoss], [Math.min(...losses), epochs, losses.at(-1)], "what was kept");
    check(/chose the epoch/.test(warning), `warning: ${warning}`);
  },

  "a signal stops a fit, and what was learnt stays": async ({ create }) => {
    const [features, labels] = blobs(400, 0.5);
    const head = await create({ features: width, classes });
    const controller = new AbortController();
    const reason = new Error("the user pressed Stop");
    const onEpoch = ({ epoch }) => epoch === 3 && controller.abort(reason);
    const outcome = await head
      .fit(features, labels, { epochs: 1000, batchSize: 16, onEpoch, signal: controller.signal })
      .catch((error) => error);
    check(outcome === reason, `the signal's own reason, not ${outcome}`);
    check(head.steps >= 75 && head.steps < 25_000, `${head.steps} steps`);
    const { accuracy } = await head.trainStep(features, labels);
    check(accuracy > 0.9, `accuracy ${accuracy} after three epochs`);
    // The stopped fit's losses are not left over for the next call.
    const { loss } = await head.trainStep(features, labels);
    check(loss < 5, `loss ${loss}`);
  },

  "a signal from a timer stops a fit that nobody listens to": async ({ create }) => {
    const [features, labels] = blobs(400, 0.5);
    const head = await create({ features: width, classes });
    const started = performance.now();
    const outcome = await head
      .fit(features, labels, { epochs: 1_000_000, signal: AbortSignal.timeout(150) })
      .catch((error) => error);
    same(outcome.name, "TimeoutError", "reason");
    check(performance.now() - started < 5000, "soon");
  },

  "many quick epochs come to an end": async ({ create }) => {
    const head = await create({ features: width, classes });
    const { steps } = await head.fit(...blobs(1, 0.5), { epochs: 100 });
    same(steps, 100, "steps");
  },

  "quick epochs do not each wait for the event loop": async ({ create }) => {
    const head = await create({ features: width, classes });
    const { MessageChannel } = globalThis;
    let pauses = 0;
    globalThis.MessageChannel = class extends MessageChannel {
      constructor() {
        super();
        pauses += 1;
      }
    };
    try {
      const started = performance.now();
      await head.fit(...blobs(8, 0.5), { epochs: 300 });
      const took = performance.now() - started;
      check(pauses <= 10 + took / 4, `${pauses} pauses in ${took} ms`);
    } finally {
      globalThis.MessageChannel = MessageChannel;
    }
  },

  "an aborted signal stops a fit before it begins": async ({ create }) => {
    const [features, labels] = blobs(8, 0.5);
    const head = await create({ features: width, classes });
    const outcome = await head.fit(features, labels, { signal: AbortSignal.abort("no") }).catch((error) => error);
    same([outcome, head.steps], ["no", 0], "outcome");
  },

  "a listener that throws ends the fit with its error": async ({ create }) => {
    const [features, labels] = blobs(8, 0.5);
    const head = await create({ features: width, classes });
    const failure = new RangeError("in the listener");
    const onEpoch = () => {
      throw failure;
    };
    check((await head.fit(features, labels, { onEpoch }).catch((error) => error)) === failure, "the listener's own error");
    await head.trainStep(features, labels);
  },

  "trainStep takes a learning rate of its own": async ({ create }) => {
    const [features, labels] = blobs(8, 0.5);
    const optimizer = (learningRate) => ({ kind: "sgd", learningRate });
    const one = await create({ features: width, classes, optimizer: optimizer(0.25) });
    const other = await create({ features: width, classes, optimizer: optimizer(1) });
    await one.trainStep(features, labels);
    await other.trainStep(features, labels, { learningRate: 0.25 });
    close(await other.logits(features), await one.logits(features), {}, "logits");
    await refused(() => one.trainStep(features, labels, { learningRate: "fast" }), "invalid-option", '"fast"');
  },
};
