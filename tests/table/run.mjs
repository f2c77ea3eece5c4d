// The CLINC150 table: default options on real features in Chromium, each backend, loss and seed, as Markdown.
//   npm run table -- [file.safetensors] [--seeds 0,1,2] [--backend cpu,webgpu] [--loss logitNorm,crossEntropy]

import { existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { at, duration, Failure, main } from "../../pkg/scripts/shell.mjs";
import { needBuild, withPage } from "../lib/page.mjs";

const alphas = [0.01, 0.05, 0.1];
const scorers = ["msp", "maxLogit", "energy", "entropy", "gen", "maxCosine", "gradNorm"];

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** "96.4 [96.3-96.5]": mean and, of several seeds, the range, in per cent. */
function percent(values) {
  const text = (value) => (100 * value).toFixed(2);
  const range = values.length > 1 ? ` [${text(Math.min(...values))}-${text(Math.max(...values))}]` : "";
  return text(mean(values)) + range;
}

const table = (rows) => rows.map((row, i) => `| ${row.join(" | ")} |${i === 0 ? `\n|${"---|".repeat(row.length)}` : ""}`).join("\n");

function report(heading, fits) {
  const seconds = mean(fits.map((fit) => fit.seconds));
  console.log(`\n## ${heading}\n`);
  console.log(`Test accuracy ${percent(fits.map((fit) => fit.accuracy))} %; a fit of ${fits[0].steps} steps takes ${duration(1000 * seconds)}.\n`);
  const rows = scorers.map((scorer) => [scorer, ...["auroc", "fpr95"].map((name) => percent(fits.map((fit) => fit.scores[scorer][name])))]);
  console.log(table([["scorer", "AUROC, %", "FPR95, %"], ...rows]));
  const [before, after] = ["eceBefore", "eceAfter"].map((name) => percent(fits.map((fit) => fit[name])));
  console.log(`\nExpected calibration error ${before} % before, ${after} % after calibrate. The gate, scorer "auto":\n`);
  const gates = alphas.map((alpha) => [100 * alpha, ...["known", "unknown"].map((kind) => percent(fits.map((fit) => fit.gates[alpha][kind])))]);
  console.log(table([["alpha, %", "test rejected, %", "oos_test rejected, %"], ...gates]));
}

/** The comma-separated words of an option, each of which must be one of `known`. */
function list(name, text, known) {
  const words = text.split(",");
  const unknown = words.find((word) => !known.includes(word));
  if (unknown !== undefined) throw new Failure(`--${name} takes ${known.join(", ")}, not "${unknown}".`);
  return words;
}

await main(import.meta, async () => {
  const { values, positionals } = parseArgs({
    options: {
      seeds: { type: "string", default: "0,1,2" },
      backend: { type: "string", default: "cpu,webgpu" },
      loss: { type: "string", default: "logitNorm,crossEntropy" },
    },
    allowPositionals: true,
  });
  const backends = list("backend", values.backend, ["cpu", "webgpu"]);
  const losses = list("loss", values.loss, ["logitNorm", "crossEntropy"]);
  const seeds = values.seeds.split(",").map(Number);
  if (!seeds.every(Number.isSafeInteger)) throw new Failure(`--seeds takes whole numbers, not "${values.seeds}".`);
  const file = path.resolve(positionals[0] ?? at("..", "shared", "data", "clinc150-minilm.safetensors"));
  if (!existsSync(file)) throw new Failure(`There are no features at ${file}.\nName the file of CLINC150 features: npm run table -- path/to/clinc150-minilm.safetensors`);
  needBuild();

  await withPage({ entry: "table/page.mjs", mounts: { "/features.safetensors": file } }, async (page, browser) => {
    const rows = await page.evaluate(() => globalThis.load("/features.safetensors"));
    console.log(`# ${path.basename(file)}\n`);
    console.log(`Chromium ${browser.version()}; ${rows.classes} classes, ${rows.dimensions} features; ${rows.train} training rows; ` +
      `test (${rows.test} rows) against oos_test (${rows.out} rows); default options, seeds ${seeds.join(", ")}: mean [range].`);
    for (const backend of backends) {
      for (const loss of losses) {
        const fits = [];
        for (const seed of seeds) {
          console.error(`Fitting on ${backend}, ${loss}, seed ${seed} ...`);
          // The default loss is left to be the default: that is what the table is about.
          const options = { backend, loss: loss === "logitNorm" ? undefined : loss, seed, scorers, alphas };
          fits.push(await page.evaluate((given) => globalThis.fitAndScore(given), options));
        }
        report(`${backend}, ${loss}`, fits);
      }
    }
  });
});
