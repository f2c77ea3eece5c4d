// The browser bench: training steps and scores of oodgate and of TensorFlow.js in one page, as Markdown.
//   npm run bench -- [--what steps,scoring] [--only cpu|webgpu] [--quick] [--sides oodgate,tfjs,by-hand] [--scorers msp,...]
//                    [--adapter software|hardware]

import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { facts } from "../../pkg/scripts/browser.mjs";
import { Failure, main } from "../../pkg/scripts/shell.mjs";
import { choices } from "../lib/options.mjs";
import { needBuild, withPage } from "../lib/page.mjs";
import { scorerNames } from "../lib/scorers.mjs";
import { benchScoring } from "./scoring.mjs";
import { benchSteps, columns } from "./steps.mjs";

const benches = { steps: benchSteps, scoring: benchScoring };

await main(import.meta, async () => {
  const { values } = parseArgs({
    options: {
      what: { type: "string", default: Object.keys(benches).join() },
      only: { type: "string", default: "cpu,webgpu" },
      quick: { type: "boolean", default: false },
      sides: { type: "string", default: Object.keys(columns).join() },
      scorers: { type: "string", default: scorerNames.join() },
      adapter: { type: "string", default: "software" },
    },
  });
  const what = choices("what", values.what, Object.keys(benches));
  const backends = choices("only", values.only, ["cpu", "webgpu"]);
  const sides = choices("sides", values.sides, Object.keys(columns));
  const scorers = choices("scorers", values.scorers, scorerNames);
  if (sides.includes("oodgate")) needBuild();
  else if (what.includes("scoring")) throw new Failure("Scores are compared with oodgate's: --what steps measures the other sides alone.");

  await withPage({ entry: "bench/page.mjs", adapter: values.adapter }, async (page, browser) => {
    const { version, adapter } = await facts(browser);
    const gpu = adapter ? `${adapter.vendor} ${adapter.architecture}${adapter.isFallbackAdapter ? " (software)" : ""}` : "none";
    const [{ model }] = cpus();
    console.log(`# Bench\n\nChromium ${version}, ${cpus().length} x ${model}, WebGPU adapter: ${gpu}, Node ${process.version}`);
    for (const backend of backends) {
      const started = await page.evaluate((options) => globalThis.bench.start(options), { backend, sides });
      console.log(`\n## ${backend === "cpu" ? "CPU" : "WebGPU"}${started ? `, against ${started}` : ""}`);
      for (const name of what) await benches[name](page, { backend, sides, scorers, isQuick: values.quick });
    }
  });
});
