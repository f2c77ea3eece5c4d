// A page of ours in Chromium on our own server, for the bench and the table: opened, its log shown, closed again.

import { existsSync } from "node:fs";
import { launch } from "../../pkg/scripts/browser.mjs";
import { serve } from "../../pkg/scripts/serve.mjs";
import { at, Failure } from "../../pkg/scripts/shell.mjs";

/** Throws unless the package has been built: neither the bench nor the table builds by itself what it measures. */
export function needBuild() {
  if (!existsSync(at("pkg", "dist", "index.js"))) throw new Failure('The package is not built: "npm run build" first.');
}

/** Rejects with an error that nobody in the page caught, which would otherwise leave us waiting for an answer that never comes. */
export const broken = (page) =>
  new Promise((_, failed) => {
    page.on("pageerror", (error) => failed(new Error(`Uncaught in the page: ${error.stack ?? error.message}`)));
    page.on("crash", () => failed(new Error("The page crashed.")));
  });

/**
 * Opens `entry` (a module below tests/) in an empty page where "oodgate" is the built package, and hands the page to `body`.
 * The module puts what `body` calls on `window`.
 * @param {object} options
 * @param {string} options.entry for example "bench/page.mjs"
 * @param {Record<string, string>} [options.mounts] more for the server, see serve()
 * @param {"software" | "hardware"} [options.adapter]
 * @param {(page: import("playwright-core").Page, browser: import("playwright-core").Browser) => Promise<T>} body
 * @template T
 */
export async function withPage({ entry, mounts = {}, adapter }, body) {
  const everything = {
    "/": at("tests", "lib", "page.html"),
    "/tests/": at("tests"),
    "/pkg/": at("pkg"),
    "/node_modules/": at("node_modules"),
    ...mounts,
  };
  const server = await serve({ mounts: everything, isolated: true });
  const browser = await launch({ adapter });
  try {
    const page = await browser.newPage();
    const failure = broken(page);
    page.on("console", (message) => {
      if (message.type() !== "debug") console.error(`  ${message.text()}`);
    });
    await page.goto(server.url);
    const work = page.evaluate((module) => import(module), `/tests/${entry}`).then(() => body(page, browser));
    return await Promise.race([work, failure]);
  } finally {
    await browser.close();
    await server.close();
  }
}
