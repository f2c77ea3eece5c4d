// Frames of a page while a head in it, or in a Worker, fits as many rows as CLINC150 has.

import { createHead } from "oodgate";
import { makeCentres, makeRows } from "../bench/rows.mjs";
import { uniform } from "../lib/random.mjs";

const setup = { features: 384, classes: 150 };
const random = uniform(5);
const { x, labels } = makeRows(15_000, setup, makeCentres(setup, random), random);

/** Milliseconds from each frame to the next until `over`. */
function watchFrames() {
  const intervals = [];
  let last;
  let watching = true;
  const frame = (now) => {
    if (last !== undefined) intervals.push(now - last);
    last = now;
    if (watching) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  return () => {
    watching = false;
    return intervals;
  };
}

/** The frames of one fit from its call to its end, and its rows a second. */
globalThis.framesOfFit = async ({ worker, epochs }) => {
  const head = await createHead({ ...setup, backend: "cpu", worker });
  const over = watchFrames();
  const { seconds, loss } = await head.fit(x, labels, { epochs });
  const intervals = over();
  head.dispose();
  if (!Number.isFinite(loss)) throw new Error(`the loss is ${loss}`);
  return { intervals, seconds, rowsPerSecond: (epochs * labels.length) / seconds };
};
