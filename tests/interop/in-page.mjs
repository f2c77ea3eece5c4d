// A page of tests/interop in Chromium, on a server of its own.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { serve } from "../../pkg/scripts/serve.mjs";
import { at } from "../../pkg/scripts/shell.mjs";

/** The language model, which the site's set-up fetches. */
export const miniLm = at("www", "public", "models", "all-MiniLM-L6-v2");

let server;
let browser;

before(async () => {
  server = await serve({
    mounts: {
      "/": at("tests", "interop", "page.html"),
      "/tests/": at("tests"),
      "/pkg/": at("pkg"),
      "/models/": at("tests", "interop"),
      "/models/Xenova/all-MiniLM-L6-v2/": miniLm,
      "/readme/": at("target", "readme"),
      "/node_modules/": at("node_modules"),
    },
  });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** Runs a call in a page that has loaded this module, and fails when it asks another server. */
export async function inPage(module, call, argument) {
  const page = await browser.newPage();
  const elsewhere = [];
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(server.url))
      elsewhere.push(request.url());
  });
  try {
    await page.goto(server.url);
    await page.evaluate((url) => import(url), `/tests/interop/${module}`);
    const result = await page.evaluate(call, argument);
    assert.deepEqual(elsewhere, [], "nothing is asked of other servers");
    return result;
  } finally {
    await page.close();
  }
}
