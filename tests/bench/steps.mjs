// Training steps (upload, step, loss read) of oodgate and of TensorFlow.js: the shapes, and the tables.

import { table } from "../lib/markdown.mjs";
import { range } from "./format.mjs";
import { checkedSteps, tolerance } from "./agreement.mjs";

export const cells = [
  { features: 512, classes: 10, rows: 32 },
  { features: 768, classes: 100, rows: 32 },
  { features: 768, classes: 150, rows: 256 },
  { features: 1280, classes: 1000, rows: 256 },
];
export const training = { tau: 0.04, optimizer: { kind: "sgd", learningRate: 0.05, momentum: 0.9 } };
const deepCells = [
  { features: 768, hidden: [256], classes: 100, rows: 32 },
  { features: 768, hidden: [256], classes: 100, rows: 256 },
];
const deepTraining = { tau: 0.04, optimizer: { kind: "adamw", learningRate: 0.001, weightDecay: 0 } };
const thorough = { warmUp: 10, repetitions: 30, trialMs: 2000, atLeastMs: 4000, atMostMs: 90_000 };
const quick = { warmUp: 5, repetitions: 10, trialMs: 500, atLeastMs: 500, atMostMs: 15_000 };

/** In the order in which they are measured and printed. */
export const columns = { oodgate: "oodgate", tfjs: "tfjs", "by-hand": "tfjs, closed form" };

/** "512x10, 32 rows" */
export const shape = ({ features, hidden = [], classes, rows }) => `${[features, ...hidden, classes].join("x")}, ${rows} rows`;

/** One row per shape: each side's time and, beside the others', how many times ours it is. */
function times(measured, sides, key, shapes = "features x classes") {
  const compared = sides[0] === "oodgate" ? sides.slice(1) : [];
  const heads = sides.map((side) => `${columns[side]}, ms`);
  const rows = measured.map(({ cell, results, disagreement }) => {
    const texts = results.map((side, i) => `${range(side[key])}${sides[i] === "tfjs" ? `, ${side.name}` : ""}`);
    const ratios = compared.map((_, i) => `${(results[i + 1][key].median / results[0][key].median).toFixed(2)}x`);
    return [shape(cell), ...texts, ...ratios, results[0].repetitions, disagreement.toExponential(0)];
  });
  return table([[shapes, ...heads, ...compared.map((side) => `${columns[side]} / oodgate`), "steps", "loss difference"], ...rows]);
}

function calls(measured) {
  const rows = measured.flatMap(({ cell, results }) =>
    results.map(({ name, counts }) => [
      shape(cell), name, counts.dispatches, counts.submits, `${counts.writes} + ${counts.mappedUploads}`, counts.readbacks,
    ]));
  return table([["features x classes", "side", "dispatches", "submits", "uploads (written + mapped)", "read-backs"], ...rows]);
}

async function measureAll(page, cells, { backend, sides, training, isQuick }) {
  const measured = [];
  for (const cell of cells) {
    console.error(`Steps on ${backend}, ${shape(cell)} ...`);
    const options = { cell, backend, sides, training, limits: isQuick ? quick : thorough };
    measured.push({ cell, ...(await page.evaluate((given) => globalThis.bench.measureSteps(given), options)) });
  }
  return measured;
}

/** Heads with a hidden layer, which nobody writes with tfjs without its autodiff. */
async function benchDeepSteps(page, { backend, sides, isQuick }) {
  const compared = sides.filter((side) => side !== "by-hand");
  if (compared.length === 0) return;
  const measured = await measureAll(page, deepCells, { backend, sides: compared, training: deepTraining, isQuick });
  console.log("\n### Training a hidden layer: upload + step + loss read, median [p10-p90]\n");
  console.log(`ReLU, LogitNorm (tau ${deepTraining.tau}), AdamW without decay, ${deepTraining.optimizer.learningRate}: tfjs's Adam. ` +
    `The losses of the first ${checkedSteps} steps agree within ${tolerance}.\n`);
  console.log(times(measured, compared, "read", "widths"));
}

/** Measures every shape on one backend and prints what came out. */
export async function benchSteps(page, { backend, sides, isQuick }) {
  const measured = await measureAll(page, cells, { backend, sides, training, isQuick });
  const { learningRate, momentum } = training.optimizer;
  console.log("\n### Training: upload + step + loss read, median [p10-p90]\n");
  console.log(`Linear heads, LogitNorm (tau ${training.tau}), SGD ${learningRate}, momentum ${momentum}. ` +
    '"tfjs" is the faster of its core API with autodiff and its Layers API; "closed form" is our step in its operations.\n');
  console.log(times(measured, sides, "read"));
  if (backend === "cpu") return benchDeepSteps(page, { backend, sides, isQuick });
  console.log(`\nThe same until the device is idle, for a loss can be read before the update has run:\n\n${times(measured, sides, "idle")}`);
  console.log("\nWebGPU calls per step. Ours has one submission and one read-back more when its checkpoint is due, once a second: where the " +
    `others' turns take that long, at every step.\n\n${calls(measured)}`);
}
