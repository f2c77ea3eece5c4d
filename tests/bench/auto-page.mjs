// Steps of one head on either backend, and what "auto" takes for it.

import { createHead } from "oodgate";
import { pose } from "../lib/pose.mjs";
import { quantile } from "./samples.mjs";
import { makeBatches } from "./steps-page.mjs";

/** Median milliseconds of a step, loss read, after the shaders are there. */
async function stepTime(head, { x, labels }) {
  const times = [];
  const end = performance.now() + 1500;
  for (let step = 0; step < 5 || (step < 40 && performance.now() < end); step += 1) {
    const started = performance.now();
    await head.trainStep(x, labels);
    if (step > 1) times.push(performance.now() - started);
  }
  return quantile(times, 0.5);
}

globalThis.measureAuto = async ({ head: options, batches, isPosing = false }) => {
  if (isPosing) pose();
  const auto = await createHead(options);
  const answer = { taken: auto.backend, reason: auto.fallbackReason, times: [] };
  auto.dispose();
  for (const rows of batches) {
    const [batch] = makeBatches({ ...options, rows }, 1);
    const times = { rows };
    for (const backend of ["cpu", "webgpu"]) {
      const head = await createHead({ ...options, backend });
      times[backend] = await stepTime(head, batch);
      head.dispose();
    }
    answer.times.push(times);
  }
  return answer;
};
