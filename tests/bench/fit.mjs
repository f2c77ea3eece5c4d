// Rows per second of a whole fit, and the memory that it takes: the table.

import { table } from "../lib/markdown.mjs";
import { withFreshPage } from "./fresh.mjs";
import { quantile } from "./samples.mjs";
import { columns } from "./steps.mjs";

const setup = {
  features: 384, classes: 150, rows: 15_000, batchSize: 128, epochs: 2,
  tau: 0.04, optimizer: { kind: "adamw", learningRate: 0.01, weightDecay: 0 },
};
// The sides shuffle differently, so that their first epochs lose alike, but not the same.
const tolerance = 0.05;

const mebibytes = (bytes) => (bytes / 2 ** 20).toFixed(1);

function row(side, samples, { before, after }) {
  const speeds = samples.map(({ rowsPerSecond }) => rowsPerSecond);
  const [median, least, most] = [quantile(speeds, 0.5), Math.min(...speeds), Math.max(...speeds)]
    .map((speed) => Math.round(speed).toLocaleString("en"));
  return [columns[side], `${median} [${least}-${most}]`, samples[0].loss.toFixed(3), mebibytes(before), mebibytes(after)];
}

/** Throws unless the sides lose alike: the speeds compare only if the work is the same. */
function check(samples) {
  const [ours, theirs = ours] = Object.values(samples).map(([{ loss }]) => loss);
  if (Math.abs(theirs / ours - 1) < tolerance) return;
  throw new Error(`The sides do not do the same work: their first epochs' losses are ${ours} and ${theirs}.`);
}

/** Measures our side and, where it is wanted, tfjs, and prints what came out. */
export async function benchFit(page, { sides: wanted, isQuick }) {
  const sides = wanted.filter((side) => side !== "by-hand");
  console.error(`Fits of ${setup.rows} rows ...`);
  const options = { setup, sides, repetitions: isQuick ? 2 : 5 };
  const samples = await page.evaluate((given) => globalThis.bench.measureFit(given), options);
  check(samples);
  const rows = [];
  for (const side of sides) {
    const measure = (fresh) => fresh.evaluate((given) => globalThis.measureMemory(given), { side, setup });
    rows.push(row(side, samples[side], await withFreshPage(page, "fit-page.mjs", measure)));
  }
  const { features, classes, batchSize, epochs, tau, optimizer } = setup;
  console.log("\n### A whole fit: rows a second, median [least-most]\n");
  console.log(`${setup.rows} rows of ${features} features around ${classes} centres (${mebibytes(4 * setup.rows * features)} MiB), ` +
    `batches of ${batchSize}, LogitNorm (tau ${tau}), Adam ${optimizer.learningRate}, linear head. Ours: \`fit\`, ${epochs} epochs, ` +
    "hits counted; tfjs: `model.fit`, 1 epoch, no metrics; both shuffled, upload included. " +
    `The first epoch's losses agree within ${100 * tolerance} %. Memory is the wasm memory alone, in a fresh page.\n`);
  const heads = ["side", "rows a second", "loss of the first epoch", "wasm memory with a head, MiB", "after a fit, MiB"];
  console.log(table([heads, ...rows]));
}
