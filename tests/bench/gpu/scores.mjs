// Rows scored a second, on the CPU engine and on WebGPU.

import { createHead } from "../../../pkg/dist/index.js";
import { waitsOf } from "../../lib/gpu-waits.mjs";
import { table } from "../../lib/markdown.mjs";
import { uniform } from "../../lib/random.mjs";
import { ms } from "../format.mjs";
import { makeCentres, makeRows } from "../rows.mjs";
import { medianTime, time } from "./measure.mjs";

const setup = { features: 384, classes: 150, rows: 15_000, queries: 1000 };
const small = { features: 64, classes: 10, rows: 500, queries: 100 };
const scorers = ["msp", "knn", "mahalanobis", "auto"];

/** Trains, and answers for each scorer: ms of its first call and of a later one, and its waits. */
async function measure(backend, { features, classes }, train, queries, isSmall) {
  const head = await createHead({ features, classes, backend });
  await head.fit(train.x, train.labels, { epochs: 1 });
  const answers = {};
  for (const scorer of scorers) {
    const score = () => head.oodScore(queries.x, { scorer });
    const first = await time(score);
    const later = await medianTime(score, isSmall ? 100 : 1000, 3);
    answers[scorer] = { first, later, waits: await waitsOf(score) };
  }
  head.dispose();
  return answers;
}

/** Measures the scorers and prints a table. */
export async function scoreTable({ isSmall }) {
  const sizes = isSmall ? small : setup;
  const random = uniform(3);
  const centres = makeCentres(sizes, random);
  const [train, queries] = [sizes.rows, sizes.queries].map(
    (count) => makeRows(count, sizes, centres, random),
  );
  const measured = {};
  for (const backend of ["cpu", "webgpu"]) {
    console.error(`  scores, ${backend} ...`);
    measured[backend] = await measure(backend, sizes, train, queries, isSmall);
  }
  const rate = ({ later }) => Math.round((1000 * sizes.queries) / later).toLocaleString("en");
  const { features, classes } = sizes;
  console.log(`${sizes.queries} rows of ${features} features at a time, ${classes} classes, ` +
    `${sizes.rows} training rows. The first call makes what the scorer needs of them.\n`);
  const firsts = ["CPU, first call, ms", "WebGPU, first call, ms", "waits a call"];
  const heads = ["scorer", "CPU, rows/s", "WebGPU, rows/s", ...firsts];
  console.log(table([heads, ...scorers.map((scorer) => {
    const { cpu: { [scorer]: cpu }, webgpu: { [scorer]: gpu } } = measured;
    return [scorer, rate(cpu), rate(gpu), ms(cpu.first), ms(gpu.first), gpu.waits];
  })]));
}
