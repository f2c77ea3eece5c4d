// Training steps (upload, step, loss read) of oodgate and of TensorFlow.js: the shapes, and the tables.

import { table } from "../lib/markdown.mjs";
import { range } from "./format.mjs";

const cells = [
  { features: 512, classes: 10, rows: 32 },
  { features: 768, classes: 100, rows: 32 },
  { features: 768, classes: 150, rows: 256 },
  { features: 1280, classes: 1000, rows: 256 },
];
const optimiser = { tau: 0.04, learningRate: 0.05, momentum: 0.9 };
const thorough = { warmUp: 10, repetitions: 30, trialMs: 2000, atLeastMs: 4000, atMostMs: 90_000 };
const quick = { warmUp: 5, repetitions: 10, trialMs: 500, atLeastMs: 500, atMostMs: 15_000 };

/** In the order in which they are measured and printed. */
export const columns = { oodgate: "oodgate", tfjs: "tfjs", "by-hand": "tfjs, closed form" };

const shape = ({ features, classes, rows }) => `${features}x${classes}, ${rows} rows`;

/** One row per shape: each side's time and, beside the others', how many times ours it is. */
function times(measured, sides, key) {
  const compared = sides[0] === "oodgate" ? sides.slice(1) : [];
  const heads = sides.map((side) => `${columns[side]}, ms`);
  const rows = measured.map(({ cell, results, disagreement }) => {
    const texts = results.map((side, i) => `${range(side[key])}${sides[i] === "tfjs" ? `, ${side.name}` : ""}`);
    const ratios = compared.map((_, i) => `${(results[i + 1][key].median / results[0][key].median).toFixed(2)}x`);
    return [shape(cell), ...texts, ...ratios, results[0].repetitions, disagreement.toExponential(0)];
  });
  return table([["features x classes", ...heads, ...compared.map((side) => `${columns[side]} / oodgate`), "steps", "loss difference"], ...rows]);
}

function calls(measured) {
  const rows = measured.flatMap(({ cell, results }) =>
    results.map(({ name, counts }) => [
      shape(cell), name, counts.dispatches, counts.submits, `${counts.writes} + ${counts.mappedUploads}`, counts.readbacks,
    ]));
  return table([["features x classes", "side", "dispatches", "submits", "uploads (written + mapped)", "read-backs"], ...rows]);
}

/** Measures every shape on one backend and prints what came out. */
export async function benchSteps(page, { backend, sides, isQuick }) {
  const measured = [];
  for (const cell of cells) {
    console.error(`Steps on ${backend}, ${shape(cell)} ...`);
    const options = { cell, backend, sides, optimiser, limits: isQuick ? quick : thorough };
    measured.push({ cell, ...(await page.evaluate((given) => globalThis.bench.measureSteps(given), options)) });
  }
  console.log("\n### Training: upload + step + loss read, median [p10-p90]\n");
  console.log(`Linear heads, LogitNorm (tau ${optimiser.tau}), SGD ${optimiser.learningRate}, momentum ${optimiser.momentum}. ` +
    '"tfjs" is the faster of its core API with autodiff and its Layers API; "closed form" is our step in its operations.\n');
  console.log(times(measured, sides, "read"));
  if (backend === "cpu") return;
  console.log(`\nThe same until the device is idle, for a loss can be read before the update has run:\n\n${times(measured, sides, "idle")}`);
  console.log(`\nWebGPU calls per step:\n\n${calls(measured)}`);
}
