// Runs the cases of the suite in a page, for the test files that each take some of its places.

import assert from "node:assert/strict";
import { test } from "node:test";
import { needBuild, withPage } from "../lib/page.mjs";
import { names } from "../suite/index.mjs";

needBuild();

const hasAdapter = async () => (await navigator.gpu?.requestAdapter()) != null;

/** The calls of page.mjs that run a case, by the place where it runs. */
const calls = {
  "a window": "runCase",
  "a worker": "runCaseInWorker",
  "heads' own Workers": "runCaseOnWorkers",
};

/**
 * Tests a backend in one of the places above.
 * @param {"cpu" | "webgpu"} backend
 * @param {keyof typeof calls} place
 * @param {number} [half] 0 or 1 for every other case: two files that run side by side
 */
export function suiteIn(backend, place, half) {
  const isOurs = (_, index) => half === undefined || index % 2 === half;
  test(`${backend} in ${place}`, async (t) => {
    await withPage({ entry: "browser/page.mjs" }, async (page) => {
      // A missing adapter must fail the WebGPU runs, not pass them by falling back.
      assert.ok(await page.evaluate(hasAdapter), "the test browser has no WebGPU adapter");
      for (const name of names.filter(isOurs)) {
        const given = [calls[place], name, backend];
        await t.test(name, () => page.evaluate(([call, ...of]) => globalThis[call](...of), given));
      }
    });
  });
}
