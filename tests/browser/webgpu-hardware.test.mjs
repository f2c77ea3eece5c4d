// The kernels that a real GPU gets, whose threads share their work. The adapter here, which the CPU
// plays, would get others: it is made to say that it is real.

import assert from "node:assert/strict";
import { test } from "node:test";
import { needBuild, withPage } from "../lib/page.mjs";
import { claimHardware, suiteIn } from "./suite.mjs";

needBuild();

const sgd = { kind: "sgd", learningRate: 0.05, momentum: 0.9 };
const crossEntropy = { kind: "crossEntropy", labelSmoothing: 0.1 };
const heads = {
  "one row": { features: 5, classes: 3, rows: 1 },
  "fewer vectors than threads": { features: 33, classes: 7, rows: 6 },
  "more classes than threads": { features: 70, classes: 45, rows: 40, isWeighted: true },
  "more rows than threads": { features: 12, classes: 10, rows: 300 },
  "hidden layers": { features: 30, hidden: [19, 50], classes: 6, rows: 21 },
  "momentum and smoothing": {
    features: 40, classes: 11, rows: 32, optimizer: sgd, loss: crossEntropy,
  },
  // So many that a thread takes a larger tile: of the outputs, of the gradient.
  "many tiles": { features: 64, classes: 4102, rows: 17, optimizer: sgd },
};

test("heads learn the same on the CPU and with the kernels of a real GPU", async (t) => {
  await withPage({ entry: "browser/webgpu-hardware-page.mjs" }, async (page) => {
    await page.evaluate(claimHardware);
    for (const [name, options] of Object.entries(heads)) {
      await t.test(name, async () => {
        const found = await page.evaluate((given) => globalThis.compareBackends(given), options);
        t.diagnostic(`${name}: ${JSON.stringify(found)}`);
        for (const [what, apart] of Object.entries(found)) {
          assert.ok(apart <= 2e-4, `${what} differs by ${apart}`);
        }
      });
    }
  });
});

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
