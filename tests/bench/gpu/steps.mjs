// Training: a step by itself, a step within a fit, how long of it the device works, and how long it
// has to at least.

import { createHead } from "../../../pkg/dist/index.js";
import { table } from "../../lib/markdown.mjs";
import { uniform } from "../../lib/random.mjs";
import { ms } from "../format.mjs";
import { makeBatches } from "../steps-page.mjs";
import { openBare } from "./bare.mjs";
import { deviceTime } from "./device-time.mjs";
import { medianTime, time } from "./measure.mjs";
import { openTfjs } from "./tfjs.mjs";

const sgd = { tau: 0.04, optimizer: { kind: "sgd", learningRate: 0.05, momentum: 0.9 } };
const shapes = [
  { features: 512, classes: 10, rows: 32 },
  { features: 768, classes: 100, rows: 32 },
  { features: 768, classes: 150, rows: 256 },
  { features: 1280, classes: 10, rows: 256 },
  { features: 1280, classes: 1000, rows: 256 },
  { features: 768, hidden: [256], classes: 100, rows: 256 },
];
const smallShapes = [
  { features: 512, classes: 10, rows: 32 },
  { features: 768, classes: 100, rows: 32 },
  { features: 256, hidden: [64], classes: 10, rows: 32 },
];

const name = ({ features, hidden = [], classes, rows }) =>
  `${[features, ...hidden, classes].join("x")}, ${rows} rows`;

/** Batches of an epoch, which a fit ends with a wait for the device: as many as 64 MiB are. */
const epochOf = ({ features, rows }) =>
  Math.max(8, Math.min(512, Math.floor(2 ** 26 / (4 * rows * features))));

/**
 * Milliseconds of a step: `read` by itself, with its loss; `inFit` within a fit; `onDevice` of the
 * device.
 */
async function measureHead(backend, shape, budgetMs, limit) {
  const { features, classes, hidden = [], rows } = shape;
  const { tau, optimizer } = sgd;
  const loss = { kind: "logitNorm", tau };
  const options = { features, classes, hidden, loss, optimizer, backend, standardize: false };
  const head = await createHead(options);
  const batches = makeBatches(shape, 4);
  const read = await medianTime(
    (i) => head.trainStep(batches[i % 4].x, batches[i % 4].labels),
    budgetMs,
  );

  const batchesAnEpoch = backend === "webgpu" ? Math.min(epochOf(shape), limit) : 8;
  const random = uniform(2);
  const count = batchesAnEpoch * rows;
  const x = Float32Array.from({ length: count * features }, random);
  const labels = Int32Array.from({ length: count }, (_, row) => row % classes);
  const fit = (epochs) => head.fit(x, labels, { epochs, batchSize: rows });
  const trial = await time(() => fit(1));
  const epochs = Math.max(2, Math.min(400, Math.round(budgetMs / trial)));
  const inFit = (await time(() => fit(epochs))) / (batchesAnEpoch * epochs);
  const onDevice = backend === "webgpu" ? (await deviceTime(() => fit(1))) / batchesAnEpoch : NaN;
  head.dispose();
  return { read, inFit, onDevice };
}

async function measureBare(device, shape, budgetMs) {
  const bare = await openBare(device, shape);
  const one = await time(() => bare.run(10));
  const steps = Math.max(10, Math.min(1000, Math.round((10 * budgetMs) / one)));
  let waited;
  const onDevice = await deviceTime(async () => (waited = await time(() => bare.run(steps))));
  bare.close();
  return { onDevice: onDevice / steps, waited: waited / steps };
}

async function measureTfjs(shape, budgetMs) {
  const side = openTfjs(shape, sgd);
  const batches = makeBatches(shape, 4);
  const step = (i) => side.step(batches[i % 4]);
  const read = await medianTime(step, budgetMs);
  const steps = 5;
  const onDevice = (await deviceTime(async () => {
    for (let i = 0; i < steps; i += 1) await step(i);
  })) / steps;
  side.close();
  return { read, onDevice };
}

const shown = (value) => (Number.isFinite(value) ? ms(value) : "");
const ratio = (a, b) => (Number.isFinite(a / b) ? `${(a / b).toFixed(1)}x` : "");

/** Measures every shape and prints two tables. */
export async function stepTable({ device, withTfjs, isSmall }) {
  const budgetMs = isSmall ? 200 : 1500;
  const measured = [];
  for (const shape of isSmall ? smallShapes : shapes) {
    console.error(`  steps, ${name(shape)} ...`);
    const cpu = await measureHead("cpu", shape, budgetMs / 2);
    const gpu = await measureHead("webgpu", shape, budgetMs, isSmall ? 16 : 512);
    const bare = await measureBare(device, shape, budgetMs / 2);
    const tfjs = withTfjs ? await measureTfjs(shape, budgetMs) : { read: NaN, onDevice: NaN };
    measured.push({ shape, cpu, gpu, bare, tfjs });
  }

  console.log("Milliseconds a step: within a fit, whose rows are on the device and whose loss is " +
    "read once, and by itself (upload, step, loss read), which here waits for Deno's next look.\n");
  const fits = ["fit, CPU", "fit, WebGPU", "CPU / WebGPU"];
  const steps = ["step, CPU", "step, WebGPU", "step, tfjs"];
  console.log(table([
    ["features x classes", ...fits, ...steps],
    ...measured.map(({ shape, cpu, gpu, tfjs }) => [
      name(shape), ms(cpu.inFit), ms(gpu.inFit), ratio(cpu.inFit, gpu.inFit),
      ms(cpu.read), ms(gpu.read), shown(tfjs.read),
    ]),
  ]));

  console.log("\nMilliseconds that the device works in a step, by its own timestamps. Bare: the " +
    "step's products alone, forward and backward, in tiles of 16 x 16; what one waits for them " +
    "is no less, or the timestamps are not in nanoseconds.\n");
  const theirs = ["tfjs", "tfjs / oodgate"];
  console.log(table([
    ["features x classes", "oodgate", "bare products", "oodgate / bare", "bare, waited", ...theirs],
    ...measured.map(({ shape, gpu, bare, tfjs }) => [
      name(shape), shown(gpu.onDevice), shown(bare.onDevice),
      ratio(gpu.onDevice, bare.onDevice), ms(bare.waited),
      shown(tfjs.onDevice), ratio(tfjs.onDevice, gpu.onDevice),
    ]),
  ]));

  const faster = measured.filter(({ cpu, gpu }) => gpu.inFit < cpu.inFit);
  if (faster.length === 0) return console.log("\nNo fit is faster on WebGPU.");
  const least = ms(Math.min(...faster.map(({ cpu }) => cpu.inFit)));
  const names = faster.map(({ shape }) => name(shape)).join("; ");
  console.log(`\nA fit is faster on WebGPU for: ${names}; from ${least} ms a step on the CPU on.`);
}
