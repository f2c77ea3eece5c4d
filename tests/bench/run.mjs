// The browser bench: one training step (upload, step, loss read) of oodgate and of TensorFlow.js in one page, as Markdown.
//   npm run bench -- [--only cpu|webgpu] [--quick] [--sides oodgate,tfjs,by-hand] [--adapter software|hardware]

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

// In the order in which they are measured and printed.
const columns = { oodgate: "oodgate", tfjs: "tfjs", "by-hand": "tfjs, closed form" };

const ms = (value) => (value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0));
const range = ({ median, p10, p90 }) => `${ms(median)} [${ms(p10)}-${ms(p90)}]`;
const shape = ({ features, classes, rows }) => `${features}x${classes}, ${rows} rows`;
const table = (rows) => rows.map((row, i) => `| ${row.join(" | ")} |${i === 0 ? `\n|${"---|".repeat(row.length)}` : ""}`).join("\n");

/** One row per shape: each side's time and, beside the others', how many times ours it is. */
function times(measured, sides, key) {
  const compared = sides[0] === "oodgate" ? sides.slice(1) : [];
  const heads = sides.map((side) => `${columns[side]}, ms`);
  const rows = measured.map(({ cell, results, disagreement }) => {
    const texts = results.map((side, i) => `${range(side[key])}${sides[i] === "tfjs" ? `, ${side.name}` : ""}`);
    const ratios = compared.map((_, i) => `${(results[i + 1][key].median / results[0][key].median).toFixed(2)}x`);
    return [shape(cell), ...texts, ...ratios, results[0].repetitions, disagreement.toExponential(0)];
  });
  return table([["features x classes", ...heads, ...compared.map((side) => `${columns[side]} / oodgate`), "steps", "loss difference"], ...rows]);
}

function calls(measured) {
  const rows = measured.flatMap(({ cell, results }) =>
    results.map(({ name, counts }) => [
      shape(cell), name, counts.dispatches, counts.submits, `${counts.writes} + ${counts.mappedUploads}`, counts.readbacks,
    ]));
  return table([["features x classes", "side", "dispatches", "submits", "uploads (written + mapped)", "read-backs"], ...rows]);
}

function report(backend, sides, started, measured) {
  console.log(`\n## ${backend === "cpu" ? "CPU" : "WebGPU"}: upload + step + loss read, median [p10-p90]\n`);
  if (started) console.log(`Against ${started}. "tfjs" is the faster of its core API with autodiff and its Layers API; "closed form" is our step in its operations.\n`);
  console.log(times(measured, sides, "read"));
  if (backend === "cpu") return;
  console.log(`\nThe same until the device is idle, for a loss can be read before the update has run:\n\n${times(measured, sides, "idle")}`);
  console.log(`\nWebGPU calls per step:\n\n${calls(measured)}`);
}

await main(import.meta, async () => {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      quick: { type: "boolean", default: false },
      sides: { type: "string", default: Object.keys(columns).join() },
      adapter: { type: "string", default: "software" },
    },
  });
  const backends = ["cpu", "webgpu"].filter((backend) => !values.only || values.only === backend);
  if (backends.length === 0) throw new Failure(`--only takes cpu or webgpu, not "${values.only}".`);
  const unknown = values.sides.split(",").find((side) => !(side in columns));
  if (unknown !== undefined) throw new Failure(`--sides takes ${Object.keys(columns).join(", ")}, not "${unknown}".`);
  const sides = Object.keys(columns).filter((side) => values.sides.split(",").includes(side));
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
      report(backend, sides, started, measured);
    }
  });
});
