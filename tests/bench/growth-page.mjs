// How long an epoch of ours takes, point by point.

import { makeData } from "./fit-page.mjs";
import { quantile } from "./samples.mjs";

/** Milliseconds of each epoch but the first, which also pays for what the browser has not compiled yet. */
async function epochTimes(point, data, epochs) {
  const { createHead } = await import("oodgate");
  const head = await createHead({ features: point.features, classes: point.classes, backend: "cpu" });
  const times = [];
  const onEpoch = ({ rowsPerSecond }) => times.push((1000 * data.labels.length) / rowsPerSecond);
  await head.fit(data.x, data.labels, { epochs, onEpoch });
  head.dispose();
  return times.slice(1);
}

/** Milliseconds of an epoch at each point, over rounds through all of them: the first quartile, for a busy machine only ever adds. */
export async function measureGrowth({ points, epochs, rounds }) {
  const data = points.map(makeData);
  const times = points.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [i, point] of points.entries()) times[i].push(...(await epochTimes(point, data[i], epochs)));
  }
  return times.map((values) => quantile(values, 0.25));
}
