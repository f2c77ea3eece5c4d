// What the WebGPU engine makes of a real GPU, in Deno and in under five minutes: steps, fits,
// scores and the flow beside the CPU engine's, steps beside bare products of the same shapes and
// beside tfjs, and what "auto" takes.
//   bash tests/bench/gpu/run.sh [--small]       --small: sizes for a GPU that the CPU plays

import "./device-time.mjs";
import { createHead } from "../../../pkg/dist/index.js";
import { table } from "../../lib/markdown.mjs";
import { ms } from "../format.mjs";
import { autoTable } from "./auto.mjs";
import { flowTable } from "./flow.mjs";
import { agreementTable, learningTable } from "./learning.mjs";
import { floorOf } from "./measure.mjs";
import { scoreTable } from "./scores.mjs";
import { stepTable } from "./steps.mjs";
import { startTfjs } from "./tfjs.mjs";

const isSmall = Deno.args.includes("--small");
const started = performance.now();
let failures = 0;

/** Runs one part; a part that fails does not end the others. */
async function part(heading, body) {
  console.log(`\n## ${heading}\n`);
  try {
    await body();
  } catch (error) {
    failures += 1;
    console.log(`FAILED: ${error?.stack ?? error}`);
  }
  console.log(`\n(${((performance.now() - started) / 1000).toFixed(0)} s since the start)`);
}

const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
if (!adapter) {
  console.log("There is no WebGPU adapter.");
  // For run.sh, which finds out why.
  Deno.exit(3);
}
const device = await adapter.requestDevice({ requiredFeatures: ["timestamp-query"] });
const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
const floor = await floorOf(device);

console.log("# oodgate on a GPU\n");
console.log(table([
  ["what", "is"],
  ["adapter", `${description || architecture || vendor}${isFallbackAdapter ? " (software)" : ""}`],
  ["Deno", `${Deno.version.deno}, ${navigator.hardwareConcurrency} logical processors`],
  ["subgroups", String(adapter.features.has("subgroups"))],
  ["an empty round trip, ms (Deno looks every 10 ms)", ms(floor)],
]));

let tfjs;
try {
  tfjs = await startTfjs();
  console.log(`\ntfjs ${tfjs} on WebGPU is measured beside.`);
} catch (error) {
  console.log(`\ntfjs does not run here: ${error?.message ?? error}`);
}

await part("What heads learn", () => learningTable({ isSmall }));
await part("What scores are", agreementTable);
await part("Training", () => stepTable({ device, withTfjs: tfjs !== undefined, isSmall }));
await part("Scores", () => scoreTable({ isSmall }));
await part("From rows to a gate", () => flowTable({ isSmall }));
await part('What "auto" takes', () => autoTable({ createHead, isSmall }));

if (failures > 0) Deno.exit(1);
// A device that is still there would keep Deno running.
Deno.exit(0);
