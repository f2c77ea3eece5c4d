// What the bench calls in its page. The counters come first: they count the calls of what is loaded after them.

import "./counters.mjs";
import { measureFit } from "./fit-page.mjs";
import { measureFlow } from "./flow-page.mjs";
import { measureGrowth } from "./growth-page.mjs";
import { measureProduct } from "./product-page.mjs";
import { closeScoring, measureScorer, openScoring } from "./scoring-page.mjs";
import { measureSteps } from "./steps-page.mjs";
import { startTfjs } from "./tfjs-side.mjs";

/** Starts what one half of the bench compares with, and says what that is. */
const start = async ({ backend, sides }) => {
  if (sides.every((side) => side === "oodgate")) return undefined;
  return startTfjs(backend === "cpu" ? "wasm" : "webgpu");
};

globalThis.bench = { start, measureSteps, measureProduct, measureFit, measureFlow, measureGrowth, openScoring, measureScorer, closeScoring };
