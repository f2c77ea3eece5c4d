// One head on both backends, of the same weights and rows: what its scores are there.

import { makeCentres, makeRows } from "../bench/rows.mjs";
import { uniform } from "./random.mjs";

const scorers = ["auto", "mahalanobis", "rmd", "residual", "knn", "gen"];

/** Shapes of heads and of what they remember, and what is asked. */
export const shapes = {
  // Whose covariance is factored in blocks, the last of which ends within a vector.
  "more rows than features": { features: 330, classes: 6, rows: 700, scorers },
  // Whose covariance has an inverse by its ridge alone: "auto" has one that is large enough.
  "fewer rows than features": { features: 300, classes: 6, rows: 90, scorers: ["auto", "knn"] },
  "many rows": { features: 40, classes: 5, rows: 5000, scorers },
};

/** What may be apart, in deviations of a scorer's scores. */
export const tolerance = 1e-3;

const deviation = (values) => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
};

/** The largest difference of two lists, in deviations of the first. */
function apart(a, b) {
  const differences = Array.from(a, (x, row) => Math.abs(x - b[row]));
  // Of a NaN it is NaN, which is below no tolerance.
  return Math.max(...differences) / deviation(Array.from(a));
}

/** How far apart the backends are, by scorer. */
export async function compareScores({ createHead, loadHead }, { rows, scorers, ...setup }) {
  const random = uniform(11);
  const centres = makeCentres(setup, random);
  const [learnt, asked] = [rows, 60].map((count) => makeRows(count, setup, centres, random));
  const cpu = await createHead({ ...setup, backend: "cpu" });
  await cpu.fit(learnt.x, learnt.labels, { epochs: 2 });
  const gpu = await loadHead(await cpu.save(), { backend: "webgpu" });
  const found = {};
  for (const scorer of scorers) {
    const ours = await cpu.oodScore(asked.x, { scorer });
    found[scorer] = apart(ours, await gpu.oodScore(asked.x, { scorer }));
  }
  cpu.dispose();
  gpu.dispose();
  return found;
}
