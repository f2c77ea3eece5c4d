// No call holds the page's thread for long, whatever it compares: the longest task of each.

import assert from "node:assert/strict";
import { test } from "node:test";
import { needBuild, withPage } from "../lib/page.mjs";
import { claimHardware } from "./suite.mjs";

needBuild();

/**
 * Twice the 50 ms from which on a browser reports a task as long, and which nearly all keep on a quiet
 * machine (docs/benchmarks.md): others may share this one's processor.
 */
const LIMIT = 100;

/** Its rows are copied at once, 203 MB. */
const OWN_LIMITS = { "evaluate of 60 000 x 768 rows": 200 };

/** Another program may take the processor: the best of so many is what the page can do. */
const ATTEMPTS = 3;

/** What makes something of the training rows that the head then has. */
const FIRST = new Set(["first oodScore", "mahalanobis", "vim", "knn"]);

/** The longest task of each call of a page below the limits. */
async function measure(page, limits = {}) {
  const late = [];
  for (const name of await page.evaluate(() => globalThis.callNames)) {
    const limit = limits[name] ?? LIMIT;
    let best;
    for (let attempt = 0; attempt < ATTEMPTS && !(best?.longest <= limit); attempt += 1) {
      if (attempt > 0 && FIRST.has(name)) await page.evaluate(() => globalThis.prepare());
      const tried = await page.evaluate((given) => globalThis.longestTask(given), name);
      if (best === undefined || tried.longest < best.longest) best = tried;
    }
    const [longest, took] = [best.longest, best.took].map((ms) => `${ms.toFixed(0)} ms`);
    console.log(`  ${name}: ${took}, the longest task ${longest}`);
    if (best.longest > limit) late.push(`${name}: ${longest}, at most ${limit} ms`);
  }
  assert.deepEqual(late, [], "tasks that hold the thread for too long");
}

test("the longest task of each call, 6000 x 1280 rows", { timeout: 600_000 }, () =>
  withPage({ entry: "browser/tasks-page.mjs" }, async (page) => {
    await page.evaluate(() => globalThis.prepare());
    await page.evaluate(() => globalThis.prepareLarge());
    await measure(page, OWN_LIMITS);
  }));

test("the longest task of each call on WebGPU, 1500 x 640 rows", { timeout: 600_000 }, () =>
  withPage({ entry: "browser/tasks-webgpu-page.mjs" }, async (page) => {
    await page.evaluate(claimHardware);
    await measure(page);
  }));
