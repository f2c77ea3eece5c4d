// What Lighthouse measures of a first visit: when the largest part is painted, what jumps, for how
// long the page is busy beyond 50 ms at a time, and how much comes.
//   node --test tests/site/paint.test.mjs

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { at } from "../../pkg/scripts/shell.mjs";
import { visitPage } from "./site.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

/** Runs in the page, before anything of it. */
function observe() {
  window.vitals = { paint: 0, element: "", shift: 0, moved: [], blocked: 0 };
  new PerformanceObserver((list) => {
    for (const { startTime, element } of list.getEntries()) {
      window.vitals.paint = startTime;
      window.vitals.element = element?.outerHTML.slice(0, 60) ?? "";
    }
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (hadRecentInput) continue;
      window.vitals.shift += value;
      for (const { node } of sources)
        window.vitals.moved.push(node?.outerHTML?.slice(0, 60) ?? node?.textContent);
    }
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.vitals.blocked += duration - 50;
  }).observe({ type: "longtask", buffered: true });
}

/** Megabytes of all that a page asks for itself. */
async function countBytes(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  let bytes = 0;
  session.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  // What has come is told late on a busy machine.
  return async () => {
    for (let before = -1; bytes > before; ) {
      before = bytes;
      await page.waitForTimeout(3000);
    }
    return bytes / 1e6;
  };
}

/** What is there once a page's model or data are. */
const complete = {
  teach: '[data-loading="ready"]',
  text: '#load[data-state="done"]',
  logitnorm: '[data-stage="idle"]',
};

const pages = () =>
  readdirSync(at("www", "dist")).filter((name) =>
    existsSync(at("www", "dist", name, "index.html")),
  );

test("the largest paint of each page on a first visit, and what jumps", async () => {
  for (const name of pages()) {
    let megabytes;
    const prepare = async (page) => {
      await page.addInitScript(observe);
      megabytes = await countBytes(page);
    };
    const body = async (page) => {
      // Models and data go on coming after the first paint.
      if (name in complete)
        await page.locator(complete[name]).waitFor({ state: "attached", timeout: 60_000 });
      await page.waitForLoadState("networkidle", { timeout: 60_000 });
      const come = await megabytes();
      const { paint, element, shift, moved, blocked } = await page.evaluate(() => window.vitals);
      console.log(
        `${name}: largest paint ${Math.round(paint)} ms (${element}), ` +
          `layout shift ${shift.toFixed(3)}, blocked for ${Math.round(blocked)} ms, ` +
          `${come.toFixed(2)} MB`,
      );
      assert.ok(paint > 0, `nothing was painted on ${name}`);
      // 0.1 is what counts as good; https://web.dev/articles/cls
      assert.ok(shift < 0.1, `${name} shifts by ${shift}: ${moved.join("; ")}`);
    };
    await visitPage(browser, `${name}/`, body, { prepare });
  }
});
