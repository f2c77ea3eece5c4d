// What a page waits for, on the CPU engine in Node: from rows to a gate, and rows that come and go.
//   node tests/bench/waits.mjs        prints the tables of docs/benchmarks.md and the figures of docs/rows.md

import { createHead } from "oodgate";
import { table } from "../lib/markdown.mjs";
import { uniform } from "../lib/random.mjs";
import { makeCentres, makeRows } from "./rows.mjs";

const shapes = [[150, 1280, 5], [15_000, 384, 150], [6000, 1280, 10]];

/** A call's milliseconds. */
async function timed(call) {
  const started = performance.now();
  await call();
  return performance.now() - started;
}

const lines = [["rows x features x classes", "fit, ms", "calibrate, ms", "one row, ms", "rows a second"]];
for (const [count, features, classes] of shapes) {
  const setup = { features, classes };
  const random = uniform(1);
  const centres = makeCentres(setup, random);
  const rows = makeRows(count, setup, centres, random);
  const heldOut = makeRows(Math.min(1200, Math.max(100, count / 5)), setup, centres, random);
  const head = await createHead({ ...setup, backend: "cpu" });
  const fit = await timed(() => head.fit(rows.x, rows.labels));
  const calibrate = await timed(() => head.calibrate(heldOut.x, heldOut.labels));
  const one = heldOut.x.slice(0, features);
  const answers = [];
  for (let i = 0; i < 30; i++) answers.push(await timed(() => head.gate(one)));
  const all = await timed(() => head.gate(heldOut.x));
  const rate = Math.round((1000 * heldOut.labels.length) / all);
  lines.push([`${count} x ${features} x ${classes}`, fit.toFixed(0), calibrate.toFixed(0), Math.min(...answers).toFixed(2), rate]);
  head.dispose();
}
console.log(table(lines));

const [count, features, classes] = [60_000, 768, 100];
const random = uniform(2);
const x = Float32Array.from({ length: count * features }, random);
const labels = Int32Array.from({ length: count }, (_, row) => row % classes);
const head = await createHead({ features, classes, backend: "cpu" });
await head.addRows(x, labels);
console.log(`\n${count} x ${features} remembered: addRows and removeRows of one row, ms`);
for (let round = 0; round < 4; round++) {
  let id;
  const added = await timed(async () => ([id] = await head.addRows(x.subarray(0, features), [0])));
  const removed = await timed(() => head.removeRows([id]));
  console.log(`${added.toFixed(1)} / ${removed.toFixed(1)}`);
}
head.dispose();
