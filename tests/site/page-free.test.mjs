// While heads learn in Workers, the pages' own thread stays free: no task takes 50 ms of it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { visitPage } from "./site.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

const LONG_MS = 50;

/**
 * The longest task of a page's main thread while `run` goes on, in milliseconds of that thread: what
 * other programs take of the processor in the middle of a task does not count.
 */
async function longestTask(page, run) {
  await browser.startTracing(page, { categories: ["toplevel", "__metadata"] });
  await run();
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  const threads = new Set(
    traceEvents
      .filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = traceEvents.filter(
    ({ name, ph, pid, tid }) =>
      name.endsWith("RunTask") && ph === "X" && threads.has(`${pid} ${tid}`),
  );
  assert.ok(tasks.length > 100, `${tasks.length} tasks`);
  // A task of a microsecond has no time of its own.
  return Math.max(...tasks.map(({ dur, tdur = dur }) => tdur)) / 1000;
}

const stage = (page, kind) =>
  page.locator(`[data-stage="${kind}"]`).waitFor({ state: "attached", timeout: 120_000 });

test("the playground's maps are redrawn while it learns", async () => {
  const body = async (page) => {
    await stage(page, "ready");
    await page.evaluate(() => {
      window.seen = new Set();
      const place = document.querySelector(".status-block .status");
      const look = () => window.seen.add(place.textContent);
      const changes = { subtree: true, characterData: true, childList: true };
      new MutationObserver(look).observe(place, changes);
    });
    const longest = await longestTask(page, async () => {
      await page.click("text=Learn again");
      await stage(page, "learning");
      await stage(page, "ready");
    });
    const looks = await page.evaluate(() => window.seen.size);
    console.log(`${looks} looks at the plane, the longest task ${longest.toFixed(1)} ms`);
    assert.ok(looks > 20 && longest < LONG_MS, `${looks} looks, ${longest} ms`);
  };
  const options = { reducedMotion: "no-preference" };
  await visitPage(browser, "playground/#layers=32-32", body, options);
});

test("two networks of 235,000 weights train", async () => {
  const body = async (page) => {
    await stage(page, "idle");
    const longest = await longestTask(page, async () => {
      await page.click(".go .primary");
      await stage(page, "training");
      await stage(page, "ready");
    });
    console.log(`the longest task ${longest.toFixed(1)} ms`);
    assert.ok(longest < LONG_MS, `${longest} ms`);
  };
  await visitPage(browser, "logitnorm/#epochs=1", body);
});
