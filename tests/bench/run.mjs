// The browser bench: training steps, fits, scores and starts of oodgate and of TensorFlow.js in one page, as Markdown.
//   npm run bench -- [--what steps,product,fit,flow,growth,start,auto,scoring] [--only cpu|webgpu] [--quick] [--sides oodgate,tfjs,by-hand]
//                    [--scorers msp,...] [--adapter software|hardware] [--plot]
// --plot also draws the growth, into docs/fit-growth.svg.

import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { facts } from "../../pkg/scripts/browser.mjs";
import { Failure, main } from "../../pkg/scripts/shell.mjs";
import { choices } from "../lib/options.mjs";
import { needBuild, withPage } from "../lib/page.mjs";
import { scorerNames } from "../lib/scorers.mjs";
import { benchAuto } from "./auto.mjs";
import { benchFit } from "./fit.mjs";
import { benchFlow } from "./flow.mjs";
import { benchGrowth } from "./growth.mjs";
import { benchProduct } from "./product.mjs";
import { benchScoring } from "./scoring.mjs";
import { benchStart } from "./start.mjs";
import { benchSteps, columns } from "./steps.mjs";

/** In the order in which they run. */
const benches = {
  steps: benchSteps, product: benchProduct, fit: benchFit, flow: benchFlow, growth: benchGrowth, start: benchStart, auto: benchAuto,
  scoring: benchScoring,
};
const onCpuOnly = ["product", "fit", "flow", "growth"];
const onWebGpuOnly = ["auto"];

await main(import.meta, async () => {
  const { values } = parseArgs({
    options: {
      what: { type: "string", default: Object.keys(benches).join() },
      only: { type: "string", default: "cpu,webgpu" },
      quick: { type: "boolean", default: false },
      sides: { type: "string", default: Object.keys(columns).join() },
      scorers: { type: "string", default: scorerNames.join() },
      adapter: { type: "string", default: "software" },
      plot: { type: "boolean", default: false },
    },
  });
  const what = choices("what", values.what, Object.keys(benches));
  const backends = choices("only", values.only, ["cpu", "webgpu"]);
  const sides = choices("sides", values.sides, Object.keys(columns));
  const scorers = choices("scorers", values.scorers, scorerNames);
  if (sides.includes("oodgate")) needBuild();
  else if (what.some((name) => name !== "steps")) throw new Failure("Only --what steps measures the other sides without oodgate.");

  await withPage({ entry: "bench/page.mjs", adapter: values.adapter }, async (page, browser) => {
    const { version, adapter } = await facts(browser);
    const gpu = adapter ? `${adapter.vendor} ${adapter.architecture}${adapter.isFallbackAdapter ? " (software)" : ""}` : "none";
    const [{ model }] = cpus();
    console.log(`# Bench\n\nChromium ${version}, ${cpus().length} x ${model}, WebGPU adapter: ${gpu}, Node ${process.version}`);
    for (const backend of backends) {
      const started = await page.evaluate((options) => globalThis.bench.start(options), { backend, sides });
      console.log(`\n## ${backend === "cpu" ? "CPU" : "WebGPU"}${started ? `, against ${started}` : ""}`);
      const elsewhere = backend === "cpu" ? onWebGpuOnly : onCpuOnly;
      const asked = what.filter((name) => !elsewhere.includes(name));
      const options = { backend, sides, scorers, isQuick: values.quick, isPlotted: values.plot };
      for (const name of asked) await benches[name](page, options);
    }
  });
});
