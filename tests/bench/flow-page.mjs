// The flow in the page: from rows to the first verdict, ours and that of tfjs, turn by turn on the
// same rows. Each starts with a new head.

import { uniform } from "../lib/random.mjs";
import { openFlow } from "./flow-tfjs.mjs";
import { makeCentres, makeRows } from "./rows.mjs";
import { quantile } from "./samples.mjs";
import { startTfjs } from "./tfjs-side.mjs";

const alpha = 0.05;

/** Rows to learn from, `held` others to calibrate with, and a thousand to ask about, all alike. */
function makeFlow({ rows, held, ...setup }) {
  const random = uniform(7);
  const centres = makeCentres(setup, random);
  const make = (count) => makeRows(count, setup, centres, random);
  return { train: make(rows), held: make(held), asked: make(1000) };
}

const accuracyOf = (classIndex, { labels }) =>
  classIndex.filter((found, row) => found === labels[row]).length / labels.length;

const openers = {
  async oodgate({ features, classes }) {
    const { createHead } = await import("oodgate");
    const head = await createHead({ features, classes, backend: "cpu" });
    return {
      fit: ({ x, labels }) => head.fit(x, labels),
      calibrate: ({ x, labels }) => head.calibrate(x, labels, { alpha }),
      cross: () => head.calibrate({ alpha }),
      gate: (x) => head.gate(x),
      bytes: async () => (await head.save()).length,
      close: () => head.dispose(),
    };
  },
  tfjs: async (setup) => openFlow({ ...setup, alpha }),
};

async function timed(call) {
  const started = performance.now();
  const result = await call();
  return { time: performance.now() - started, result };
}

/** The page's own turns come first: what a call before has left is none of the next one's. */
const settle = () => new Promise((done) => setTimeout(done, 20));

/**
 * A side's way to the first answer, by `calibration`: "calibrate" from held-out rows, "cross" from
 * those that it learnt from.
 */
async function toGate(side, setup, { train, held, asked }, { calibration, like }) {
  const opened = await openers[side](setup);
  await settle();
  const one = asked.x.slice(0, setup.features);
  const fit = await timed(() => opened.fit(train, like));
  const calibrate = await timed(() => opened[calibration](held));
  const first = await timed(() => opened.gate(one));
  // Of a fit that was cut short, what the whole would take.
  const whole = fit.time / (fit.result.share ?? 1);
  const times = {
    fit: whole,
    calibrate: calibrate.time,
    first: first.time,
    total: whole + calibrate.time + first.time,
  };
  return { opened, fitted: fit.result, times };
}

/** What the gate takes of a head that is calibrated, and how large it is. */
async function gated({ opened }, { asked }, features) {
  const ones = [];
  for (let row = 0; row < 60; row += 1) {
    const one = asked.x.slice(row * features, (row + 1) * features);
    ones.push((await timed(() => opened.gate(one))).time);
  }
  const all = [];
  for (let turn = 0; turn < 3; turn += 1) all.push(await timed(() => opened.gate(asked.x)));
  const { classIndex } = all[0].result;
  return {
    one: quantile(ones, 0.5),
    rowsPerSecond:
      (1000 * asked.labels.length) /
      quantile(
        all.map(({ time }) => time),
        0.5,
      ),
    accuracy: accuracyOf(classIndex, asked),
    bytes: await opened.bytes(),
  };
}

/**
 * Times of each side, and of its last head the gate; `like` is what our fit did, which tfjs does too.
 */
export async function measureFlow({ setup, sides, repetitions, calibration }) {
  const data = makeFlow(setup);
  const samples = Object.fromEntries(sides.map((side) => [side, { times: [] }]));
  let like;
  for (let turn = 0; turn < repetitions; turn += 1) {
    for (const side of sides) {
      const sample = samples[side];
      // Of a fit that takes minutes one epoch is enough.
      if (sample.isCut) continue;
      const done = await toGate(side, setup, data, { calibration, like });
      if (side === "oodgate") like = done.fitted;
      sample.isCut = done.fitted.share !== undefined;
      sample.times.push(done.times);
      if (sample.isCut || turn === repetitions - 1) {
        sample.gate = await gated(done, data, setup.features);
      }
      await done.opened.close();
    }
  }
  return { samples, like: { epochs: like.epochs, steps: like.steps } };
}

/** Messages to itself, each a task: the longest time between two of them is the longest task. */
async function longestTask(call) {
  const { port1, port2 } = new MessageChannel();
  let [last, longest] = [performance.now(), 0];
  const mark = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  port1.onmessage = () => {
    mark();
    port2.postMessage(undefined);
  };
  port2.postMessage(undefined);
  await settle();
  [last, longest] = [performance.now(), 0];
  await call();
  mark();
  port1.close();
  return longest;
}

/**
 * Of a side in a page of its own: the longest task of each stage, and its wasm memory, which never
 * shrinks: its size is its peak.
 */
async function measureLoad({ side, setup, calibration, like }) {
  // Before the package and tfjs, which make their instances when they start.
  const { wasmBytes } = await import("../lib/instances.mjs");
  const { train, held, asked } = makeFlow(setup);
  if (side === "tfjs") await startTfjs("wasm");
  const opened = await openers[side](setup);
  const calls = {
    fit: () => opened.fit(train, like),
    calibrate: () => opened[calibration](held),
    gate: () => opened.gate(asked.x),
  };
  const tasks = {};
  for (const [name, call] of Object.entries(calls)) tasks[name] = await longestTask(call);
  const memory = wasmBytes();
  tasks.save = await longestTask(() => opened.bytes());
  return { tasks, memory };
}

globalThis.measureLoad = measureLoad;
