// Runs the page of code that Teach offers, as shown, with what its CDN would serve taken from
// this workspace.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, copyFileSync, writeFileSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { serve } from "../../pkg/scripts/serve.mjs";
import { at } from "../../pkg/scripts/shell.mjs";

const CDN = "https://cdn.jsdelivr.net/npm/";
const packages = { oodgate: at("pkg"), "onnxruntime-web": at("node_modules", "onnxruntime-web") };
const types = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

/** The file that an address of the CDN means. The version must be the one that is here. */
function fileOf(url) {
  const [, name, version, rest] = /^([^@]+)@([^/]+)\/(.+)$/.exec(url.slice(CDN.length));
  assert.equal(
    version,
    JSON.parse(readFileSync(path.join(packages[name], "package.json"), "utf8")).version,
    name,
  );
  return path.join(packages[name], rest);
}

/**
 * Opens the export on the Teach page, saves what it offers into a folder, and hands the page in
 * it to `body`.
 */
export async function runSnippet(page, body) {
  const folder = mkdtempSync(path.join(tmpdir(), "oodgate-snippet-"));
  let server;
  let visitor;
  try {
    await page.click(".export summary");
    await page.locator(".export pre").waitFor({ timeout: 90_000 });
    writeFileSync(path.join(folder, "index.html"), await page.locator(".export pre").textContent());
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click(".export button.primary"),
    ]);
    copyFileSync(await download.path(), path.join(folder, download.suggestedFilename()));
    if ((await page.locator(".export a[download]").count()) > 0) {
      copyFileSync(
        at("www", "public", "models", "efficientnet-lite0-int8.onnx"),
        path.join(folder, "efficientnet-lite0-int8.onnx"),
      );
    }
    server = await serve({ mounts: { "/": folder } });
    visitor = await page.context().newPage();
    const faults = [];
    visitor.on("pageerror", (error) => faults.push(error.message));
    await visitor.route(`${CDN}**`, (route) => {
      const file = fileOf(route.request().url());
      return route.fulfill({
        path: file,
        contentType: types[path.extname(file)],
        headers: { "access-control-allow-origin": "*" },
      });
    });
    await visitor.goto(server.url);
    await visitor.waitForLoadState("networkidle");
    await body(visitor, (words) =>
      visitor.locator("output", { hasText: words }).waitFor({ timeout: 90_000 }),
    );
    assert.deepEqual(faults, []);
  } finally {
    await visitor?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
