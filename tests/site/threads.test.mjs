// How many threads the models get, and that their features are the same with each number of them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { serve } from "../../pkg/scripts/serve.mjs";
import { at } from "../../pkg/scripts/shell.mjs";
import { drawn } from "./drawings.mjs";
import { backboneReady, card } from "./teach.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

const claimCores = (cores) =>
  Object.defineProperty(Navigator.prototype, "hardwareConcurrency", { get: () => cores });

/** Runs in the page: features of all examples that the browser keeps. */
const keptFeatures = () =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open("oodgate-site");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const asking = database.transaction("examples").objectStore("examples").getAll();
      asking.onsuccess = () => {
        database.close();
        resolve(asking.result.map(({ features }) => [...features]));
      };
    };
  });

const isSaved = (page) =>
  page.locator('[data-saving="saved"]').waitFor({ state: "attached", timeout: 60_000 });

/** Teaches one picture and one sentence on a machine with so many cores. */
async function embed({ isolated, cores }) {
  let scripts = 0;
  const server = await serve({
    mounts: { "/": at("www", "dist") },
    isolated,
    onFile: (file) => (scripts += /ort-wasm[^/]*\.js$/.test(file) ? 1 : 0),
  });
  // It would fetch the script once more, and answer the threads' requests.
  const context = await browser.newContext({ serviceWorkers: "block" });
  try {
    const page = await context.newPage();
    await page.addInitScript(claimCores, cores);
    await page.goto(`${server.url}teach/`);
    assert.equal(await page.evaluate(() => crossOriginIsolated), isolated);
    await backboneReady(page);
    const [buffer] = await drawn(page, "mug", 0, 1);
    const picture = { name: "mug.jpg", mimeType: "image/jpeg", buffer };
    await card(page, "Class 1").locator('input[type="file"]').setInputFiles(picture);
    await card(page, "Class 1").locator(".count", { hasText: /^1 picture$/ }).waitFor();
    await isSaved(page);
    // The page's own, and one for each thread beside the Worker's.
    const threads = scripts;
    await page.click("text=Words");
    const words = page.locator('.watch-words [data-loading="ready"]');
    await words.waitFor({ state: "attached", timeout: 120_000 });
    await page.fill(".card .words-input input", "is there any oat milk left");
    await page.keyboard.press("Enter");
    await card(page, "Class 1").locator(".count", { hasText: /^1 sentence$/ }).waitFor();
    await isSaved(page);
    const features = await page.evaluate(keptFeatures);
    return { threads: [threads, scripts - threads], features };
  } finally {
    await context.close();
    await server.close();
  }
}

/** Largest difference, in parts of the largest number. */
function difference(a, b) {
  assert.equal(a.length, b.length);
  const largest = Math.max(...a.map(Math.abs));
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]))) / largest;
}

test("half of the cores and at most four run the models of an isolated page", async () => {
  const alone = await embed({ isolated: false, cores: 16 });
  assert.deepEqual(alone.threads, [1, 1]);
  const lengths = alone.features.map((row) => row.length).sort((a, b) => a - b);
  assert.deepEqual(lengths, [384, 1280]);
  for (const [cores, threads] of [[2, 1], [4, 2], [16, 4]]) {
    const one = await embed({ isolated: true, cores });
    assert.deepEqual(one.threads, [threads, threads], `threads with ${cores} cores`);
    const rows = (features) => features.toSorted((a, b) => a.length - b.length);
    const expected = rows(alone.features);
    rows(one.features).forEach((row, i) => {
      const apart = difference(expected[i], row);
      console.log(`${cores} cores, ${row.length} features: ${apart} apart from one thread`);
      assert.ok(apart < 1e-5, `${apart}`);
    });
  }
});
