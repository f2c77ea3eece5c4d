// Agreement with PyTorch and scikit-learn: the golden files that the native tests read, through the public API.

import { close, same } from "./check.mjs";

// PyTorch's own float32 run, started one rounding away, ends up to 8e-5 from its float64 run.
const tolerance = { absolute: 1e-4, relative: 1e-5 };

/** The weights [classes, features] and biases of a linear head, read off through its logits. */
async function linearParameters(head) {
  const { features, classes } = head;
  const probes = new Float32Array((features + 1) * features);
  for (let column = 0; column < features; column++) probes[(column + 1) * features + column] = 1;
  const logits = await head.logits(probes);
  const bias = logits.slice(0, classes.length);
  const weights = classes.flatMap((_, k) =>
    Array.from({ length: features }, (_, column) => logits[(column + 1) * classes.length + k] - bias[k]),
  );
  return [...weights, ...bias];
}

export default {
  "a new head starts from the seeded weights": async ({ create, golden }) => {
    for (const { seed, widths, parameters } of (await golden("init.json")).cases.filter(({ widths }) => widths.length === 2)) {
      const head = await create({ features: widths[0], classes: widths[1], seed });
      // The difference of two logits is not the weight to the last bit.
      close(await linearParameters(head), parameters, { absolute: 2e-7 }, `seed ${seed}`);
    }
  },

  "20 steps walk PyTorch's path": async ({ create, golden }) => {
    for (const c of (await golden("trajectories.json")).cases) {
      const { features, classes, hidden, loss, optimizer, seed } = c;
      // PyTorch trained on the features as they are.
      const head = await create({ features, classes, hidden, loss, optimizer, seed, standardize: false });
      const [losses, accuracies] = [[], []];
      for (let step = 0; step < c.steps; step++) {
        const rows = (width) => [step * c.rows * width, (step + 1) * c.rows * width];
        const batch = Float32Array.from(c.batches.features.slice(...rows(features)));
        const result = await head.trainStep(batch, c.batches.labels.slice(...rows(1)));
        losses.push(result.loss);
        accuracies.push(result.accuracy);
        same(result.step, step + 1, `${c.name}: step`);
      }
      close(losses, c.losses, tolerance, `${c.name}: losses`);
      close(accuracies, c.accuracies, tolerance, `${c.name}: accuracies`);
      close(await head.logits(Float32Array.from(c.probeFeatures)), c.probeLogits, tolerance, `${c.name}: logits`);
      if (hidden.length === 0) close(await linearParameters(head), c.finalParameters, tolerance, `${c.name}: parameters`);
    }
  },

  "LogitNorm with label smoothing is its formula": async ({ create }) => {
    // A plain step on one row moves the logits by the gradient times (|x|^2 + 1) learning rates.
    const [tau, smoothing, label, learningRate] = [0.3, 0.2, 2, 1e-2];
    const features = Float32Array.of(0.5, -1, 2, 0.25);
    const head = await create({
      features: 4, classes: 4, standardize: false, optimizer: { kind: "sgd", learningRate },
      loss: { kind: "logitNorm", tau, labelSmoothing: smoothing },
    });
    const before = Array.from(await head.logits(features));
    const lossOf = (logits) => {
      const length = Math.hypot(...logits) + 1e-7;
      const u = logits.map((f) => f / (length * tau));
      const logSum = Math.log(u.reduce((sum, x) => sum + Math.exp(x), 0));
      return u.reduce((sum, x, k) => sum - ((k === label ? 1 - smoothing : 0) + smoothing / 4) * (x - logSum), 0);
    };
    const { loss } = await head.trainStep(features, [label]);
    close([loss], [lossOf(before)], { absolute: 1e-6, relative: 1e-5 }, "loss");
    const moved = Array.from(await head.logits(features), (f, k) => f - before[k]);
    const squares = features.reduce((sum, x) => sum + x * x, 1);
    const gradient = before.map((_, k) => {
      const at = (shift) => lossOf(before.map((f, j) => (j === k ? f + shift : f)));
      return (at(1e-5) - at(-1e-5)) / 2e-5;
    });
    close(moved.map((x) => -x / (squares * learningRate)), gradient, { absolute: 2e-4 }, "gradient");
  },

  "metrics agree with scikit-learn": async ({ oodgate: { init, metrics }, golden }) => {
    await init();
    const { cases, ece } = await golden("metrics.json");
    for (const c of cases) {
      const { id, ood } = c;
      const actual = [
        metrics.auroc(id, ood), metrics.auprIn(id, ood), metrics.auprOut(id, ood),
        metrics.fprAtTpr(id, ood), metrics.fprAtTpr(id, ood, 0.8),
      ];
      close(actual, [c.auroc, c.auprIn, c.auprOut, c.fpr95, c.fpr80], { absolute: 1e-11 }, c.name);
    }
    for (const c of ece) {
      close([metrics.ece(Float32Array.from(c.probabilities), c.labels, c.bins)], [c.ece], { absolute: 1e-11 }, c.name);
    }
  },
};
