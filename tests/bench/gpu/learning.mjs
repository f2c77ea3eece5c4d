// Whether heads learn the same on WebGPU as on the CPU engine, and whether scores are the same.

import { createHead, loadHead } from "../../../pkg/dist/index.js";
import { compareBackends, heads, tolerance } from "../../lib/compare-backends.mjs";
import { compareScores, shapes, tolerance as scoresTolerance } from "../../lib/compare-scores.mjs";
import { table } from "../../lib/markdown.mjs";

/** Compares heads of several shapes and prints a table; throws where they are too far apart. */
export async function learningTable({ isSmall }) {
  const rows = [];
  for (const [name, options] of Object.entries(heads).slice(0, isSmall ? 2 : undefined)) {
    console.error(`  learning, ${name} ...`);
    const apart = Math.max(...Object.values(await compareBackends(createHead, options)));
    rows.push([name, apart.toExponential(1)]);
    if (!(apart <= tolerance)) throw new Error(`${name}: the backends are ${apart} apart`);
  }
  console.log("Two epochs of the same rows on both: the largest difference of a weight, a logit, " +
    "the loss or the accuracy, over the largest such number.\n");
  console.log(table([["head", "apart"], ...rows]));
}

/** Compares scores and prints a table; throws where they are too far apart. */
export async function agreementTable() {
  const rows = [];
  for (const [name, shape] of Object.entries(shapes)) {
    console.error(`  scores of both, ${name} ...`);
    const found = Object.entries(await compareScores({ createHead, loadHead }, shape));
    const shown = found.map(([scorer, apart]) => `${scorer} ${apart.toExponential(1)}`);
    rows.push([name, shown.join(", ")]);
    if (!found.every(([, apart]) => apart <= scoresTolerance)) {
      throw new Error(`${name}: the backends' scores are apart, ${JSON.stringify(found)}`);
    }
  }
  console.log("One head on both: the largest difference of a score, in deviations of all.\n");
  console.log(table([["rows that the head remembers", "apart"], ...rows]));
}
