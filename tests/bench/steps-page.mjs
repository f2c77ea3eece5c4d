// Training steps in the page: all sides on the same batches, turn by turn, so that whatever else the machine does hits each.

import { drain, takeCounts } from "./counters.mjs";
import { normal, uniform } from "../lib/random.mjs";
import { disagreement } from "./agreement.mjs";
import { initialWeights } from "./initial-weights.mjs";
import { quantile, spread } from "./samples.mjs";
import { openByHand } from "./tfjs-by-hand.mjs";
import { everydayWays } from "./tfjs-side.mjs";

/** Rows of standard normal numbers under random labels. */
export function makeBatches({ features, classes, rows }, count = 8) {
  const random = uniform(1);
  return Array.from({ length: count }, () => ({
    x: Float32Array.from({ length: rows * features }, normal(random)),
    labels: Int32Array.from({ length: rows }, () => Math.floor(random() * classes)),
  }));
}

/** One step and what it took: until the loss was read, and until the device had nothing left to do. */
async function timed(side, batch) {
  await new Promise((done) => setTimeout(done));
  takeCounts();
  const started = performance.now();
  const loss = await side.step(batch);
  const read = performance.now() - started;
  await drain();
  const idle = performance.now() - started;
  if (!Number.isFinite(loss)) throw new Error(`${side.name}: the loss is ${loss}.`);
  return { loss, read, idle, counts: takeCounts() };
}

/** Of the everyday ways to write the tfjs side, the one with the lower median over a few steps, opened afresh. */
async function openFaster(setup, batches, limits) {
  const medians = [];
  for (const open of everydayWays) {
    const side = open(setup);
    const times = [];
    const end = performance.now() + limits.trialMs;
    for (let i = 0; i < 4 || (i < 30 && performance.now() < end); i += 1) {
      const { idle } = await timed(side, batches[i % batches.length]);
      if (i > 1) times.push(idle);
    }
    side.close();
    medians.push(quantile(times, 0.5));
  }
  return everydayWays[medians.indexOf(Math.min(...medians))](setup);
}

function summary(side, samples) {
  const counts = {};
  for (const name of Object.keys(samples[0].counts)) counts[name] = quantile(samples.map((sample) => sample.counts[name]), 0.5);
  const [read, idle] = ["read", "idle"].map((name) => spread(samples.map((sample) => sample[name])));
  return { name: side.name, repetitions: samples.length, read, idle, counts };
}

/** Measures one shape on one backend. */
export const measureSteps = async ({ cell, backend, sides, training, limits }) => {
  const batches = makeBatches(cell);
  // All start from the same weights, those of our seed, so that equal losses show equal work.
  const weights = initialWeights([cell.features, ...(cell.hidden ?? []), cell.classes]);
  const setup = { ...cell, ...training, weights };
  const open = [];
  if (sides.includes("oodgate")) {
    const { openOodgate } = await import("./oodgate-side.mjs");
    open.push(await openOodgate(backend, setup));
  }
  if (sides.includes("tfjs")) open.push(await openFaster(setup, batches, limits));
  if (sides.includes("by-hand")) open.push(openByHand(setup));

  const warm = open.map(() => []);
  const samples = open.map(() => []);
  const turn = async (kept, i) => {
    for (const [s, side] of open.entries()) kept[s].push(await timed(side, batches[i % batches.length]));
  };
  let begun = performance.now();
  const elapsed = () => performance.now() - begun;
  for (let i = 0; i < limits.warmUp && (i < 3 || elapsed() < limits.atMostMs / 4); i += 1) await turn(warm, i);
  begun = performance.now();
  const enough = (i) => i >= limits.repetitions && elapsed() > limits.atLeastMs;
  for (let i = 0; !enough(i) && elapsed() < limits.atMostMs; i += 1) await turn(samples, i);
  for (const side of open) side.close();
  const losses = warm.map((kept) => kept.map(({ loss }) => loss));
  return { results: open.map((side, s) => summary(side, samples[s])), disagreement: disagreement(losses) };
};
