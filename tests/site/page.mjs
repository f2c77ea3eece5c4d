// The built demo page for the tests of this folder. Served from a sub-folder, as a project page would be.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { serve } from "../../pkg/scripts/serve.mjs";
import { at, npm } from "../../pkg/scripts/shell.mjs";
import { isPrepared } from "../lib/prepared.mjs";
import { withEvidence } from "./evidence.mjs";

export const OUTPUT = at("tests", "output");

let server;
let browser;

before(async () => {
  if (!isPrepared) npm("run", "build", "-w", "www");
  mkdirSync(OUTPUT, { recursive: true });
  server = await serve({ mounts: { "/some/folder/": at("www", "dist") } });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** Opens the page with these settings, hands it to `body`, and fails on errors that a visitor would find in the console. */
export async function visit(hash, body, { viewport = { width: 1280, height: 900 }, colorScheme = "light", hasTouch = false, prepare } = {}) {
  const context = await browser.newContext({ viewport, colorScheme, hasTouch, reducedMotion: "reduce" });
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => message.type() === "error" && faults.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`uncaught: ${error.stack ?? error.message}`));
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(server.url)) faults.push(`request to elsewhere: ${request.url()}`);
  });
  try {
    await withEvidence(page, async () => {
      await prepare?.(page);
      await page.goto(`${server.url}some/folder/${hash}`);
      await page.locator('#load[data-state="done"]').waitFor();
      await body(page);
      assert.deepEqual(faults, []);
    });
  } finally {
    await context.close();
  }
}

export const text = (page, id) => page.locator(`#${id}`).textContent();
/** The number in an element's text; the page writes minus signs and thousands as people do. */
export const number = async (page, id) => Number.parseFloat((await text(page, id)).replace("\u2212", "-").replaceAll(",", ""));
export const settled = (page) => page.locator('body:not(.training) #gate-section[data-state="ready"]:not([aria-busy])').waitFor({ timeout: 120_000 });

export async function trainToTheEnd(page) {
  await page.click("#train");
  await settled(page);
  assert.equal(await text(page, "train-error"), "");
  assert.equal(await text(page, "score-error"), "");
}

/** Counts the layout shifts of a page from its start: a `prepare` of `visit`. */
export const countJumps = (page) =>
  page.addInitScript(() => {
    window.jumps = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.jumps += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });

/** Nothing is wider than the screen, and nothing jumped. */
export async function assertFitsAndStands(page) {
  const { wide, jumps } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth - innerWidth, jumps: window.jumps }));
  assert.ok(wide <= 0, `the page is ${wide} px wider than the screen`);
  // 0.1 is what counts as good; https://web.dev/articles/cls
  assert.ok(jumps < 0.1, `layout shift ${jumps}`);
}
