// From nothing to the end of the first step, in a fresh page each time: the table.

import { table } from "../lib/markdown.mjs";
import { ms } from "./format.mjs";
import { withFreshPage } from "./fresh.mjs";
import { quantile } from "./samples.mjs";
import { cells, columns, shape, training } from "./steps.mjs";

const [cell] = cells;
const repetitions = 5;

function row([side, samples]) {
  const all = (key) => samples.map((sample) => (key === "first" ? sample.stepped - sample.ready : sample[key]));
  const times = (key) => `${ms(quantile(all(key), 0.5))} [${ms(Math.min(...all(key)))}-${ms(Math.max(...all(key)))}]`;
  const [{ files, bytes }] = samples;
  return [columns[side], times("ready"), times("first"), times("stepped"), files, Math.round(bytes / 1024).toLocaleString("en")];
}

/** Measures our side and, where it is wanted, tfjs with its Layers API, and prints what came out. */
export async function benchStart(page, { backend, sides }) {
  const samples = Object.fromEntries(sides.filter((side) => side !== "by-hand").map((side) => [side, []]));
  for (let i = 0; i < repetitions; i += 1) {
    for (const side of Object.keys(samples)) {
      console.error(`Start of ${side} on ${backend}, ${i + 1} of ${repetitions} ...`);
      const measure = (fresh) => fresh.evaluate((given) => globalThis.measureStart(given), { side, backend, cell, training });
      samples[side].push(await withFreshPage(page, "start-page.mjs", measure));
    }
  }
  console.log("\n### Start: from the first import to the end of the first step\n");
  console.log(`${shape(cell)}, linear. Scripts and wasm come from this machine, uncompressed; a fresh page in a fresh browser ` +
    `context for each of ${repetitions} repetitions: median [least-most]. Ours is the package's own files, no bundler; tfjs is its ` +
    "published script with everything in it (a smaller one has no gradients), its backend and its Layers API.\n");
  console.log(table([["side", "head ready, ms", "first step, ms", "both, ms", "files", "KiB"], ...Object.entries(samples).map(row)]));
}
