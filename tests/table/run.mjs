// The table of the README: default options on real features in Chromium, every scorer, loss and seed, as Markdown.
//   npm run table -- [--data clinc,cifar] [--splits clinc150/oos_test,...] [--loss logitNorm,crossEntropy] [--scorers msp,...]
//                    [--seeds 0,1,2] [--backend cpu|webgpu] --folder FOLDER
// FOLDER holds the feature files of the data sets, which are not part of this repository.
// With --what training: the study behind the defaults of training (../study/run.mjs); with --what few: gates
// calibrated from few rows, with --what classes class by class (docs/calibration.md); with --what unknowns: examples of the unknown (docs/unknowns.md); with --what
// streams: how soon a monitor tells a stream that moved (docs/rows.md); with --what wait: how long calibrations take.

import { existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { duration, Failure, main } from "../../pkg/scripts/shell.mjs";
import { choices, wholeNumbers } from "../lib/options.mjs";
import { needBuild, withPage } from "../lib/page.mjs";
import { scorerNames } from "../lib/scorers.mjs";
import { study } from "../study/run.mjs";
import { gates, heads, hindsight, scorerTable, selections } from "./report.mjs";
import { streams } from "./streams.mjs";
import { dataSets, parts, splitName, splitNames } from "./splits.mjs";

const alphas = [0.01, 0.05, 0.1];
const allLosses = ["logitNorm", "crossEntropy"];

/** The parts of the wanted data sets, with the wanted ones of their splits. */
function partsOf(data, splits) {
  const wanted = (part) => part.unknown.filter((unknown) => splits.includes(splitName(part, unknown)));
  const cut = parts.map((part) => ({ ...part, unknown: wanted(part), splits: wanted(part).map((unknown) => splitName(part, unknown)) }));
  return cut.filter((part) => data.includes(part.data) && part.splits.length > 0);
}

/** The scorers that took longest, for whoever waits. */
function slowest(scorerSeconds) {
  const entries = Object.entries(scorerSeconds).sort(([, a], [, b]) => b - a);
  return entries.slice(0, 4).map(([name, seconds]) => `${name} ${duration(1000 * seconds)}`).join(", ");
}

await main(import.meta, async () => {
  const { values } = parseArgs({
    options: {
      data: { type: "string", default: Object.keys(dataSets).join() },
      splits: { type: "string", default: splitNames.join() },
      loss: { type: "string", default: allLosses.join() },
      scorers: { type: "string", default: scorerNames.join() },
      seeds: { type: "string", default: "0,1,2" },
      backend: { type: "string", default: "cpu" },
      folder: { type: "string" },
      what: { type: "string", default: "scores" },
      tables: { type: "string" },
      sets: { type: "string" },
    },
  });
  const [what] = choices("what", values.what, ["scores", "training", "few", "classes", "unknowns", "streams", "wait"]);
  // It makes its rows itself.
  if (what === "wait") return study({ ...values, folder: ".", tables: what });
  if (values.folder === undefined) throw new Failure("--folder names the folder of the feature files, which are not part of this repository.");
  if (what === "training") return study(values);
  if (["few", "classes", "unknowns"].includes(what)) return study({ ...values, tables: what });
  if (what === "streams") {
    needBuild();
    return streams(values);
  }
  const [backend] = choices("backend", values.backend, ["cpu", "webgpu"]);
  const losses = choices("loss", values.loss, allLosses);
  const scorers = choices("scorers", values.scorers, scorerNames);
  const seeds = wholeNumbers("seeds", values.seeds);
  const chosen = partsOf(choices("data", values.data, Object.keys(dataSets)), choices("splits", values.splits, splitNames));
  if (chosen.length === 0) throw new Failure("None of the splits is of these data sets.");
  const mounts = {};
  for (const { data } of chosen) {
    const file = path.resolve(values.folder, dataSets[data].file);
    if (!existsSync(file)) throw new Failure(`There are no features at ${file}: --folder names another folder.`);
    mounts[`/features/${data}`] = file;
  }
  needBuild();

  const begun = performance.now();
  await withPage({ entry: "table/page.mjs", mounts }, async (page, browser) => {
    const fits = [];
    console.log(`# Known and unknown rows, told apart\n\nChromium ${browser.version()}, ${backend}; linear heads, default options; ` +
      `seeds ${seeds.join(", ")}${seeds.length > 1 ? ": mean ± sd" : ""}. LN: LogitNorm, CE: cross-entropy.`);
    for (const [name, { title }] of Object.entries(dataSets)) {
      const own = chosen.filter((part) => part.data === name);
      if (own.length === 0) continue;
      const { features } = await page.evaluate((url) => globalThis.load(url), `/features/${name}`);
      for (const part of own) {
        for (const loss of losses) {
          for (const seed of seeds) {
            // The default loss is left to be the default: that is what the table is about.
            const options = { part, backend, loss: loss === "logitNorm" ? undefined : loss, seed, scorers, alphas };
            const started = performance.now();
            fits.push({ part, loss, ...(await page.evaluate((given) => globalThis.fitAndScore(given), options)) });
            console.error(`${part.name}, ${loss}, seed ${seed}: ${duration(performance.now() - started)} (${slowest(fits.at(-1).scorerSeconds)})`);
          }
        }
      }
      console.log(`\n## ${title}\n\n${features} features. ECE of the test rows, before and after \`calibrate\` on the val rows.\n`);
      console.log(heads(fits, own, losses));
      const whole = own.filter(({ perClass }) => perClass === undefined);
      console.log(`\nTest rows against unknown ones, AUROC / FPR95, %:\n\n${scorerTable(fits, whole, losses, scorers)}`);
    }
    if (scorers.includes("auto") && scorers.length > 1) {
      console.log(`\n## "auto" against hindsight\n\n${hindsight(fits, chosen, losses, scorers)}\n\n${selections(fits, chosen, losses)}`);
    }
    console.log(`\n## The gate, scorer "auto": rows rejected, %\n\nTest rows, calibrated with val rows / ` +
      `the rest of val and test, calibrated with as many drawn from both / unknown rows.\n\n${gates(fits, chosen, losses, alphas)}`);
    console.log(`\nMeasured in ${duration(performance.now() - begun)}.`);
  });
});
