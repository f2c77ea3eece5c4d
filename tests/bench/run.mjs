// The browser bench: one training step (upload, step, loss read) of oodgate and of TensorFlow.js in one page, as Markdown.
//   npm run bench -- [--only cpu|webgpu] [--quick] [--sides oodgate,tfjs] [--adapter software|hardware]

import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { facts } from "../../pkg/scripts/browser.mjs";
import { Failure, main } from "../../pkg/scripts/shell.mjs";
import { needBuild, withPage } from "../lib/page.mjs";

const cells = [
  { features: 512, classes: 10, rows: 32 },
  { features: 768, classes: 100, rows: 32 },
  { features: 768, classes: 150, rows: 256 },
  { features: 1280, classes: 1000, rows: 256 },
];
const optimiser = { tau: 0.04, learningRate: 0.05, momentum: 0.9 };
const thorough = { warmUp: 10, repetitions: 30, trialMs: 2000, atLeastMs: 4000, atMostMs: 90_000 };
const quick = { warmUp: 5, repetitions: 10, trialMs: 500, atLeastMs: 500, atMostMs: 15_000 };

const ms = (value) => (value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0));
const range = ({ median, p10, p90 }) => `${ms(median)} [${ms(p10)}-${ms(p90)}]`;
const shape = ({ features, classes, rows }) => `${features}x${classes}, ${rows} rows`;
const table = (rows) => rows.map((row, i) => `| ${row.join(" | ")} |${i === 0 ? `\n|${"---|".repeat(row.length)}` : ""}`).join("\n");

/** One row per shape: each side's median, and how many times faster the first is than the second. */
function times(measured, key) {
  const rows = measured.map(({ cell, results, disagreement }) => {
    const sides = results.map((side) => `${range(side[key])}${side.name.startsWith("oodgate") ? "" : `, ${side.name}`}`);
    if (results.length < 2) return [shape(cell), ...sides, results[0].repetitions];
    const ratio = `${(results[1][key].median / results[0][key].median).toFixed(2)}x`;
    return [shape(cell), ...sides, ratio, results[0].repetitions, disagreement.toExponential(0)];
  });
  const names = measured[0].results.map((side) => (side.name.startsWith("oodgate") ? side.name : "tfjs"));
  const both = names.length === 2;
  return table([["features x classes", ...names.map((name) => `${name}, ms`), ...(both ? ["ratio"] : []), "steps", ...(both ? ["loss difference"] : [])], ...rows]);
}

function calls(measured) {
  const rows = measured.flatMap(({ cell, results }) =>
    results.map(({ name, counts }) => [
      shape(cell), name, counts.dispatches, counts.submits, `${counts.writes} + ${counts.mappedUploads}`, counts.readbacks,
    ]));
  return table([["features x classes", "side", "dispatches", "submits", "uploads (written + mapped)", "read-backs"], ...rows]);
}

function report(backend, started, measured) {
  console.log(`\n## ${backend === "cpu" ? "CPU" : "WebGPU"}: upload + step + loss read, median [p10-p90]\n`);
  if (started.length > 0) console.log(`Against ${started.join(", ")}.\n`);
  console.log(times(measured, "read"));
  if (backend === "cpu") return;
  console.log(`\nThe same until the device is idle, for a loss can be read before the update has run:\n\n${times(measured, "idle")}`);
  console.log(`\nWebGPU calls per step:\n\n${calls(measured)}`);
}

await main(import.meta, async () => {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      quick: { type: "boolean", default: false },
      sides: { type: "string", default: "oodgate,tfjs" },
      adapter: { type: "string", default: "software" },
    },
  });
  const backends = ["cpu", "webgpu"].filter((backend) => !values.only || values.only === backend);
  if (backends.length === 0) throw new Failure(`--only takes cpu or webgpu, not "${values.only}".`);
  const sides = values.sides.split(",");
  const unknown = sides.find((side) => side !== "oodgate" && side !== "tfjs");
  if (unknown !== undefined) throw new Failure(`--sides takes oodgate and tfjs, not "${unknown}".`);
  if (sides.includes("oodgate")) needBuild();

  await withPage({ entry: "bench/page.mjs", adapter: values.adapter }, async (page, browser) => {
    const { version, adapter } = await facts(browser);
    const gpu = adapter ? `${adapter.vendor} ${adapter.architecture}${adapter.isFallbackAdapter ? " (software)" : ""}` : "none";
    const [{ model }] = cpus();
    console.log(`# Bench\n\nChromium ${version}, ${cpus().length} x ${model}, WebGPU adapter: ${gpu}, Node ${process.version}`);
    console.log(`Linear heads, LogitNorm (tau ${optimiser.tau}), SGD ${optimiser.learningRate}, momentum ${optimiser.momentum}.`);
    for (const backend of backends) {
      const started = await page.evaluate((options) => globalThis.start(options), { backend, sides });
      const measured = [];
      for (const cell of cells) {
        console.error(`Measuring ${backend}, ${shape(cell)} ...`);
        const options = { cell, backend, sides, optimiser, limits: values.quick ? quick : thorough };
        measured.push({ cell, ...(await page.evaluate((given) => globalThis.measure(given), options)) });
      }
      report(backend, started, measured);
    }
  });
});
