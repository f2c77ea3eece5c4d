// How an epoch's time grows with rows, features and classes: the table, and the plot.

import { writeFileSync } from "node:fs";
import { at } from "../../pkg/scripts/shell.mjs";
import { table } from "../lib/markdown.mjs";
import { ms } from "./format.mjs";
import { plot } from "./growth-plot.mjs";

const base = { rows: 4000, features: 256, classes: 50 };
const axes = { rows: [2000, 4000, 8000, 16_000], features: [128, 256, 512, 1024], classes: [25, 50, 100, 200] };

/** The slope of ln y over ln x by least squares: y grows as x to the power of it. */
function exponent(xs, ys) {
  const [logX, logY] = [xs, ys].map((values) => values.map(Math.log));
  const [meanX, meanY] = [logX, logY].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  const over = logX.reduce((sum, x, i) => sum + (x - meanX) * (logY[i] - meanY), 0);
  return over / logX.reduce((sum, x) => sum + (x - meanX) ** 2, 0);
}

/** Measures every axis, prints what came out, and draws it where that is wanted. */
export async function benchGrowth(page, { isQuick, isPlotted }) {
  console.error("Growth of an epoch ...");
  const points = Object.entries(axes).flatMap(([axis, values]) => values.map((value) => ({ ...base, [axis]: value })));
  const options = { points, ...(isQuick ? { epochs: 6, rounds: 3 } : { epochs: 10, rounds: 5 }) };
  const times = await page.evaluate((given) => globalThis.bench.measureGrowth(given), options);
  const series = Object.entries(axes).map(([axis, values], i) => {
    const own = times.slice(i * values.length, (i + 1) * values.length);
    return { axis, values, times: own, exponent: exponent(values, own) };
  });
  const about = `${base.rows} rows, ${base.features} features, ${base.classes} classes`;
  console.log("\n### Growth: milliseconds per epoch of `fit`, first quartile\n");
  console.log(`Linear head, default options, batches of 128; all but the one that grows stay at ${about}. The exponent is the ` +
    "slope of the times on logarithmic scales: 1 is proportional.\n");
  const rows = series.map(({ axis, values, times: own, exponent: power }) =>
    [axis, ...values.map((value, i) => `${value.toLocaleString("en")}: ${ms(own[i])}`), power.toFixed(2)]);
  console.log(table([["grows", "1x", "2x", "4x", "8x", "exponent"], ...rows]));
  if (!isPlotted) return;
  const file = at("docs", "fit-growth.svg");
  writeFileSync(file, plot(series, about));
  console.error(`Wrote ${file}.`);
}
