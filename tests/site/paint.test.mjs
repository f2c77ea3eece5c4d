// What Lighthouse measures of a first visit: when the largest part is painted, and what jumps.

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
  window.vitals = { paint: 0, element: "", shift: 0, moved: [] };
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
}

const pages = () =>
  readdirSync(at("www", "dist")).filter((name) =>
    existsSync(at("www", "dist", name, "index.html")),
  );

test("the largest paint of each page on a first visit, and what jumps", async () => {
  for (const name of pages()) {
    const body = async (page) => {
      // Models and data go on coming after the first paint.
      await page.waitForLoadState("networkidle", { timeout: 60_000 });
      await page.waitForTimeout(500);
      const { paint, element, shift, moved } = await page.evaluate(() => window.vitals);
      console.log(
        `${name}: largest paint ${Math.round(paint)} ms (${element}), ` +
          `layout shift ${shift.toFixed(3)}`,
      );
      assert.ok(paint > 0, `nothing was painted on ${name}`);
      // 0.1 is what counts as good; https://web.dev/articles/cls
      assert.ok(shift < 0.1, `${name} shifts by ${shift}: ${moved.join("; ")}`);
    };
    await visitPage(browser, `${name}/`, body, { prepare: (page) => page.addInitScript(observe) });
  }
});
