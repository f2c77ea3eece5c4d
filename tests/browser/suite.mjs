// Runs the cases of the suite in a page, for the test files that each take some of its places.

import assert from "node:assert/strict";
import { test } from "node:test";
import { needBuild, withPage } from "../lib/page.mjs";
import { names } from "../suite/index.mjs";

needBuild();

const hasAdapter = async () => (await navigator.gpu?.requestAdapter()) != null;

/** In the page: its adapter is no fallback, and gets the kernels of a real GPU. */
export function claimHardware() {
  Object.defineProperty(GPUAdapterInfo.prototype, "isFallbackAdapter", { get: () => false });
}

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
 * @param {object} [options]
 * @param {number} [options.half] 0 or 1 for every other case: two files that run side by side
 * @param {string[]} [options.only] the cases, if not all
 * @param {boolean} [options.isHardware] a GPU that the CPU plays says that it is a real one
 */
export function suiteIn(backend, place, { half, only = names, isHardware = false } = {}) {
  const isOurs = (_, index) => half === undefined || index % 2 === half;
  test(`${backend} in ${place}${isHardware ? ", as on a real GPU" : ""}`, async (t) => {
    await withPage({ entry: "browser/page.mjs" }, async (page) => {
      if (isHardware) await page.evaluate(claimHardware);
      // A missing adapter must fail the WebGPU runs, not pass them by falling back.
      assert.ok(await page.evaluate(hasAdapter), "the test browser has no WebGPU adapter");
      for (const name of only.filter(isOurs)) {
        const given = [calls[place], name, backend];
        await t.test(name, () => page.evaluate(([call, ...of]) => globalThis[call](...of), given));
      }
    });
  });
}
