// From rows to a gate by the defaults, on the CPU engine and on WebGPU.

import { createHead } from "../../../pkg/dist/index.js";
import { table } from "../../lib/markdown.mjs";
import { uniform } from "../../lib/random.mjs";
import { ms } from "../format.mjs";
import { makeCentres, makeRows } from "../rows.mjs";
import { medianTime, time } from "./measure.mjs";

const shapes = [
  { rows: 1500, features: 384, classes: 150 },
  { rows: 6000, features: 1280, classes: 10 },
  { rows: 15_000, features: 384, classes: 150 },
  { rows: 60_000, features: 768, classes: 100 },
  { rows: 20_000, features: 768, classes: 1000 },
];
const smallShapes = [{ rows: 500, features: 64, classes: 10 }];

const sum = (times) => times.reduce((all, one) => all + one, 0);

/** Milliseconds of fit, calibrate and first gate, then of gates of one row and of a thousand. */
async function measure(backend, { rows, features, classes }, isSmall) {
  const random = uniform(7);
  const centres = makeCentres({ features, classes }, random);
  const make = (count) => makeRows(count, { features, classes }, centres, random);
  const [train, held, asked] = [rows, Math.min(1200, rows / 5), 1000].map(make);
  const head = await createHead({ features, classes, backend });
  const one = asked.x.slice(0, features);
  const toGate = [];
  toGate.push(await time(() => head.fit(train.x, train.labels)));
  toGate.push(await time(() => head.calibrate(held.x, held.labels)));
  toGate.push(await time(() => head.gate(one)));
  const budgetMs = isSmall ? 50 : 500;
  const gates = [await medianTime(() => head.gate(one), budgetMs)];
  gates.push(await medianTime(() => head.gate(asked.x), budgetMs, 3));
  head.dispose();
  return { toGate, gates };
}

/** Measures the flow of every shape and prints a table. */
export async function flowTable({ isSmall }) {
  const rows = [];
  for (const shape of isSmall ? smallShapes : shapes) {
    const name = [shape.rows, shape.features, shape.classes].join(" x ");
    for (const backend of ["cpu", "webgpu"]) {
      console.error(`  flow, ${name}, ${backend} ...`);
      const { toGate, gates } = await measure(backend, shape, isSmall);
      rows.push([name, backend, ...toGate.map(ms), ms(sum(toGate)), ...gates.map(ms)]);
    }
  }
  console.log("Milliseconds by the defaults, each head new, with the first use of its kernels.\n");
  const heads = ["fit", "calibrate", "first answer", "rows to gate", "gate, 1 row", "1000 rows"];
  console.log(table([["rows x features x classes", "engine", ...heads], ...rows]));
}
