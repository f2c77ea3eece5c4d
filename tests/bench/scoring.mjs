// Rows scored per second by every scorer, and the same formula in TensorFlow.js where one would write it: the table.

import { table } from "../lib/markdown.mjs";
import { ms, range } from "./format.mjs";

const setup = { features: 384, classes: 150, rows: 15_000, queries: 1000 };
const thorough = { repetitions: 15, atLeast: 3, atMostMs: 20_000 };
const quick = { repetitions: 3, atLeast: 1, atMostMs: 5000 };

function row({ scorer, first, ours, theirs, difference }) {
  const speed = Math.round((1000 * setup.queries) / ours.median).toLocaleString("en");
  const compared = theirs ? [range(theirs), `${(theirs.median / ours.median).toFixed(2)}x`, difference.toExponential(0)] : ["", "", ""];
  return [scorer, ms(first), range(ours), speed, ...compared];
}

/** Measures every scorer on one backend and prints what came out. */
export async function benchScoring(page, { backend, sides, scorers, isQuick }) {
  await page.evaluate((given) => globalThis.bench.openScoring(given), { setup, backend, withTfjs: sides.includes("tfjs") });
  const measured = [];
  for (const scorer of scorers) {
    console.error(`Scores on ${backend}, ${scorer} ...`);
    const options = { scorer, limits: isQuick ? quick : thorough };
    measured.push({ scorer, ...(await page.evaluate((given) => globalThis.bench.measureScorer(given), options)) });
  }
  await page.evaluate(() => globalThis.bench.closeScoring());
  console.log("\n### Scoring: upload + scores read, median [p10-p90]\n");
  console.log(`${setup.queries} rows of ${setup.features} features at a time, ${setup.classes} classes, linear head, ` +
    `${setup.rows} training rows, default options. The first call also fits what the scorer needs of the training rows.\n`);
  const heads = ["scorer", "first call, ms", "next calls, ms", "rows a second", "tfjs, ms", "tfjs / oodgate", "score difference"];
  console.log(table([heads, ...measured.map(row)]));
}
