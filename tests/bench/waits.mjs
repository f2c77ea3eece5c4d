// Rows that come and go, on the CPU engine in Node: the figures of docs/rows.md.
//   node tests/bench/waits.mjs

import { createHead } from "oodgate";
import { uniform } from "../lib/random.mjs";

/** A call's milliseconds. */
async function timed(call) {
  const started = performance.now();
  await call();
  return performance.now() - started;
}

const [count, features, classes] = [60_000, 768, 100];
const random = uniform(2);
const x = Float32Array.from({ length: count * features }, random);
const labels = Int32Array.from({ length: count }, (_, row) => row % classes);
const head = await createHead({ features, classes, backend: "cpu" });
await head.addRows(x, labels);
console.log(`${count} x ${features} remembered: addRows and removeRows of one row, ms`);
for (let round = 0; round < 4; round++) {
  let id;
  const added = await timed(async () => ([id] = await head.addRows(x.subarray(0, features), [0])));
  const removed = await timed(() => head.removeRows([id]));
  console.log(`${added.toFixed(1)} / ${removed.toFixed(1)}`);
}
head.dispose();
