// The built site, served from a sub-folder as a project's pages would be, and what every test of
// it asks.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before } from "node:test";
import { serve } from "../../pkg/scripts/serve.mjs";
import { at, npm } from "../../pkg/scripts/shell.mjs";
import { isPrepared } from "../lib/prepared.mjs";
import { withEvidence } from "./evidence.mjs";

export const OUTPUT = at("tests", "output");

let server;

before(async () => {
  if (!isPrepared) npm("run", "build", "-w", "www");
  mkdirSync(OUTPUT, { recursive: true });
  server = await serve({ mounts: { "/some/folder/": at("www", "dist") }, isolated: true });
});

after(() => server?.close());

export const addressOf = (path) => `${server.url}some/folder/${path}`;

/**
 * Fails, when asked, on what a visitor would find in the console, and on requests to anywhere but
 * the site.
 */
export function watchFaults(page) {
  const faults = [];
  page.on(
    "console",
    (message) => message.type() === "error" && faults.push(`console: ${message.text()}`),
  );
  page.on("pageerror", (error) => faults.push(`uncaught: ${error.stack ?? error.message}`));
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(server.url))
      faults.push(`request to elsewhere: ${request.url()}`);
  });
  return () => assert.deepEqual(faults, []);
}

/** Opens a page of the site, hands it to `body`, and fails on what a visitor would find wrong. */
export async function visitPage(
  browser,
  path,
  body,
  {
    viewport = { width: 1280, height: 900 },
    colorScheme = "light",
    hasTouch = false,
    reducedMotion = "reduce",
    // "block" where a test answers requests itself: a service worker's pages ask it instead.
    serviceWorkers = "allow",
    prepare,
  } = {},
) {
  const look = { viewport, colorScheme, hasTouch, reducedMotion };
  const context = await browser.newContext({ ...look, serviceWorkers });
  const page = await context.newPage();
  const assertNoFaults = watchFaults(page);
  try {
    await withEvidence(page, async () => {
      await prepare?.(page);
      await page.goto(addressOf(path));
      await body(page);
      assertNoFaults();
    });
  } finally {
    await context.close();
  }
}

/** Counts the layout shifts of a page from its start: a `prepare` of `visit`. */
export const countJumps = (page) =>
  page.addInitScript(() => {
    window.jumps = 0;
    window.jumped = [];
    // A window that gets its size only after the first paint, on a loaded machine, is laid out anew.
    let resized = -Infinity;
    addEventListener("resize", (event) => (resized = event.timeStamp));
    const name = (node) => node?.outerHTML?.slice(0, 60) ?? node?.textContent;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.hadRecentInput && Math.abs(entry.startTime - resized) < 500) continue;
        window.jumps += entry.value;
        const places = entry.sources.map(
          ({ node, previousRect, currentRect }) =>
            `${name(node)} from ${previousRect.y} to ${currentRect.y}`,
        );
        window.jumped.push(
          `${entry.value.toFixed(3)} at ${Math.round(entry.startTime)} ms: ${places.join("; ")}`,
        );
      }
    }).observe({ type: "layout-shift", buffered: true });
  });

/** Nothing is wider than the screen, and nothing jumped. */
export async function assertFitsAndStands(page) {
  const { wide, jumps, jumped } = await page.evaluate(() => {
    const { jumps, jumped } = window;
    return { wide: document.documentElement.scrollWidth - innerWidth, jumps, jumped };
  });
  assert.ok(wide <= 0, `the page is ${wide} px wider than the screen`);
  // 0.1 is what counts as good; https://web.dev/articles/cls
  assert.ok(jumps < 0.1, `layout shift ${jumps}\n${jumped.join("\n")}`);
}
