// How many threads the models get, and that their features are the same with each number of them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { isolation, serve } from "../../pkg/scripts/serve.mjs";
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

/** Runs in the page: features of all examples that the browser keeps, the fewest first. */
const keptFeatures = () =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open("oodgate-site");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const asking = database.transaction("examples").objectStore("examples").getAll();
      asking.onsuccess = () => {
        database.close();
        const rows = asking.result.map(({ features }) => [...features]);
        resolve(rows.sort((a, b) => a.length - b.length));
      };
    };
  });

const isSaved = (page) =>
  page.locator('[data-saving="saved"]').waitFor({ state: "attached", timeout: 60_000 });

/**
 * Teaches one picture and one sentence on a machine with so many cores, whose threads never come to
 * be where they are stuck.
 */
async function embed({ isolated, cores, areStuck = false }) {
  let scripts = 0;
  const server = await serve({
    mounts: { "/": at("www", "dist") },
    isolated,
    handle: ({ url, headers }, response) => {
      const isThread = headers["sec-fetch-dest"] === "worker";
      if (!areStuck || !isThread || !/ort-wasm[^/]*\.js$/.test(url)) return false;
      // A thread that never says that it is there.
      response.writeHead(200, { ...isolation, "content-type": "text/javascript" }).end();
      return true;
    },
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
  assert.deepEqual(alone.features.map((row) => row.length), [384, 1280]);
  for (const [cores, threads] of [[2, 1], [4, 2], [16, 4]]) {
    const one = await embed({ isolated: true, cores });
    assert.deepEqual(one.threads, [threads, threads], `threads with ${cores} cores`);
    one.features.forEach((row, i) => {
      const apart = difference(alone.features[i], row);
      console.log(`${cores} cores, ${row.length} features: ${apart} apart from one thread`);
      assert.ok(apart < 1e-5, `${apart}`);
    });
  }
});

test("a model whose threads never come to be starts without them", async () => {
  const alone = await embed({ isolated: true, cores: 2 });
  const stuck = await embed({ isolated: true, cores: 4, areStuck: true });
  // By the Worker that is given up, and by the one in its place.
  assert.deepEqual(stuck.threads, [2, 2]);
  assert.deepEqual(stuck.features, alone.features);
});
