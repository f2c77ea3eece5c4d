// Whether "auto" takes the faster backend, on a grid of heads and batches: the table, and a failure where it takes a slow one.

import { Failure } from "../../pkg/scripts/shell.mjs";
import { table } from "../lib/markdown.mjs";
import { ms } from "./format.mjs";
import { withFreshPage } from "./fresh.mjs";

const heads = [
  { features: 64, classes: 3 },
  { features: 512, classes: 10 },
  { features: 768, classes: 150 },
  { features: 1280, classes: 1000 },
  { features: 768, hidden: [512], classes: 150 },
];
const batches = [1, 32, 256];

/** How much slower than the other the backend that was taken may be: between equals the measurement decides. */
const allowed = 1.2;

/**
 * Measures a step of every head and batch on both backends, asks "auto" for the head, and prints what came out. Where the adapter is
 * software, "auto" is asked once more while the adapter says that it is not: then the trial alone decides.
 */
export async function benchAuto(page) {
  const rows = [];
  const wrong = [];
  for (const head of heads) {
    console.error(`"auto" for ${JSON.stringify(head)} ...`);
    const measure = (given) => (fresh) => fresh.evaluate((options) => globalThis.measureAuto(options), given);
    const plain = await withFreshPage(page, "auto-page.mjs", measure({ head, batches }));
    const posing = await withFreshPage(page, "auto-page.mjs", measure({ head, batches: [], isPosing: true }));
    for (const { rows: count, cpu, webgpu } of plain.times) {
      const own = { cpu, webgpu };
      const slower = (taken) => own[taken] / Math.min(cpu, webgpu);
      const shape = `${[head.features, ...(head.hidden ?? []), head.classes].join("x")}, ${count} rows`;
      rows.push([shape, ms(cpu), ms(webgpu), plain.taken, slower(plain.taken).toFixed(2), posing.taken, slower(posing.taken).toFixed(2)]);
      if (slower(plain.taken) > allowed || slower(posing.taken) > allowed) wrong.push(shape);
    }
    for (const { taken, reason } of [plain, posing]) console.error(`  ${taken}: ${reason ?? "it is the faster"}`);
  }
  console.log("\n### \"auto\": a step on either backend, ms, and the one that it takes\n");
  console.log("\"Posing\": the adapter says that it is a real GPU. The ratio is the taken backend's time over the faster one's.\n");
  console.log(table([["head", "CPU", "WebGPU", "taken", "ratio", "taken, posing", "ratio"], ...rows]));
  if (wrong.length > 0) throw new Failure(`"auto" takes a backend that is more than ${allowed} times slower for: ${wrong.join("; ")}`);
}
