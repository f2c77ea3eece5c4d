// The cases of the suite that run on WebGPU in Deno, and how they are run there.

import hostile from "../suite/hostile/index.mjs";
import { names, run } from "../suite/index.mjs";

/**
 * Left out: refusals, which come before the engine, and what takes long because Deno looks only
 * every 10 ms whether the device is done, and asks nothing of the device that the other cases do
 * not. Chromium runs all of them.
 */
const leftOut = [
  ...Object.keys(hostile),
  "features may be shifted, scaled and of mixed units",
  "too few rows are never an open gate",
  "selectScorer ranks candidates by classes left out",
  "a page's story: taught, corrected, extended, saved",
  "a gate without a row held out",
  "at most alpha of 1000 unmoved streams of 2000 rows raise an alarm",
];

for (const name of leftOut) if (!names.includes(name)) throw new Error(`no case "${name}"`);

/** In the order of the suite. */
export const cases = names.filter((name) => !leftOut.includes(name));

const file = (name) => new URL(`../golden/${name}`, import.meta.url);
const golden = async (name) => JSON.parse(await Deno.readTextFile(file(name)));
const bytes = (name) => Deno.readFile(file(name));

/** In Deno: runs one of so many shares of the cases and prints a line of JSON for each. */
export async function runCases(oodgate, share, shares) {
  const place = { oodgate, backend: "webgpu", worker: false, golden, bytes };
  for (const name of cases.filter((_, index) => index % shares === share)) {
    const started = performance.now();
    const problem = await run(name, place).then(
      () => undefined,
      (error) => String(error?.stack ?? error),
    );
    const seconds = (performance.now() - started) / 1000;
    console.log(JSON.stringify({ name, problem, seconds }));
  }
}
