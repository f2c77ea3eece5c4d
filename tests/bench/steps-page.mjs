// Training steps in the page: all sides on the same batches, turn by turn, so that whatever else the machine does hits each.

import { drain, takeCounts } from "./counters.mjs";
import { normal, uniform } from "../lib/random.mjs";
import { quantile, spread } from "./samples.mjs";
import { everydayWays, openByHand } from "./tfjs-side.mjs";

function makeBatches({ features, classes, rows }, count = 8) {
  const random = uniform(1);
  return Array.from({ length: count }, () => ({
    x: Float32Array.from({ length: rows * features }, normal(random)),
    labels: Int32Array.from({ length: rows }, () => Math.floor(random() * classes)),
  }));
}

/** Starting weights for a side that has to run without ours. */
function makeWeights({ features, classes }) {
  const random = uniform(2);
  const bound = 1 / Math.sqrt(features);
  const draw = () => (2 * random() - 1) * bound;
  return { weight: Float32Array.from({ length: features * classes }, draw), bias: Float32Array.from({ length: classes }, draw) };
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

/** Largest relative difference of the sides' losses over the first steps: the times compare only if the work is the same. */
function disagreement(sides, steps = 5) {
  const paths = sides.map((samples) => samples.slice(0, steps).map(({ loss }) => loss));
  const largest = Math.max(...paths.flatMap((path) => path.map((loss, i) => Math.abs(loss / paths[0][i] - 1))));
  if (largest < 1e-3) return largest;
  const shown = paths.map((path) => path.map((loss) => loss.toPrecision(6)).join(", "));
  throw new Error(`The sides do not do the same work: their losses are ${shown.join("; ")}.`);
}

/** Measures one shape on one backend. */
export const measureSteps = async ({ cell, backend, sides, optimiser, limits }) => {
  const batches = makeBatches(cell);
  const setup = { ...cell, ...optimiser, weights: makeWeights(cell) };
  const open = [];
  if (sides.includes("oodgate")) {
    const { openOodgate } = await import("./oodgate-side.mjs");
    const ours = await openOodgate(backend, setup);
    // All start from the same weights, so that equal losses show equal work.
    setup.weights = await ours.weights();
    open.push(ours);
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
  return { results: open.map((side, s) => summary(side, samples[s])), disagreement: disagreement(warm) };
};
