// The kernels that a real GPU gets, whose threads share their work. The adapter here, which the CPU
// plays, would get others: it is made to say that it is real.

import assert from "node:assert/strict";
import { test } from "node:test";
import { heads, tolerance } from "../lib/compare-backends.mjs";
import { shapes, tolerance as scoresTolerance } from "../lib/compare-scores.mjs";
import { needBuild, withPage } from "../lib/page.mjs";
import { claimHardware, suiteIn } from "./suite.mjs";

needBuild();

test("heads learn the same on the CPU and with the kernels of a real GPU", async (t) => {
  await withPage({ entry: "browser/webgpu-hardware-page.mjs" }, async (page) => {
    await page.evaluate(claimHardware);
    for (const [name, options] of Object.entries(heads)) {
      await t.test(name, async () => {
        const found = await page.evaluate((given) => globalThis.compareBackends(given), options);
        t.diagnostic(`${name}: ${JSON.stringify(found)}`);
        for (const [what, apart] of Object.entries(found)) {
          assert.ok(apart <= tolerance, `${what} differs by ${apart}`);
        }
      });
    }
  });
});

for (const kernels of ["a CPU that plays a GPU", "a real GPU"]) {
  test(`scores are the CPU engine's with the kernels of ${kernels}`, async (t) => {
    await withPage({ entry: "browser/webgpu-hardware-page.mjs" }, async (page) => {
      if (kernels === "a real GPU") await page.evaluate(claimHardware);
      for (const [name, shape] of Object.entries(shapes)) {
        await t.test(name, async () => {
          const found = await page.evaluate((given) => globalThis.compareScores(given), shape);
          t.diagnostic(`${name}: ${JSON.stringify(found)}`);
          for (const [scorer, apart] of Object.entries(found)) {
            assert.ok(apart <= scoresTolerance, `${scorer} differs by ${apart} deviations`);
          }
        });
      }
    });
  });
}

// The whole suite takes a CPU, which has to stop at every barrier, a quarter of an hour.
suiteIn("webgpu", "a window", {
  isHardware: true,
  only: [
    "LogitNorm with label smoothing is its formula",
    "scores are their formulas of the logits",
    "fit gathers what the scorers need, and they stay right after more training",
    "training that diverges is undone and named",
    "one class and one row work",
    "a fit learns, and reports every epoch",
    "the same seed gives the same weights, another seed others",
  ],
});
