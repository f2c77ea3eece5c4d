// The site without a network once it was visited, its next version, and the app that it can be
// installed as.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { isolation, serve } from "../../pkg/scripts/serve.mjs";
import { at } from "../../pkg/scripts/shell.mjs";
import { drawn } from "./drawings.mjs";
import { trainToTheEnd } from "./page.mjs";
import { OUTPUT } from "./site.mjs";
import { backboneReady, card } from "./teach.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

/** A host of the site that `body` can take away, and a visitor who keeps what he was sent. */
async function host(body, options = {}) {
  const sent = [];
  const mounts = { "/some/folder/": at("www", "dist") };
  const onFile = (file) => sent.push(file);
  const server = await serve({ mounts, isolated: true, onFile, ...options });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const faults = [];
  const visit = async (path, page) => {
    const visited = page ?? (await context.newPage());
    if (!page) {
      visited.on("pageerror", (error) => faults.push(`${path}: ${error.stack}`));
      visited.on("console", (message) => {
        if (message.type() === "error") faults.push(`${path}: ${message.text()}`);
      });
    }
    await visited.goto(`${server.url}some/folder/${path}`);
    return visited;
  };
  let closed;
  const takeAway = () => (closed ??= server.close());
  try {
    await body({ context, visit, takeAway, sent, url: server.url });
    assert.deepEqual(faults, []);
  } finally {
    await context.close();
    await takeAway();
  }
}

const controlled = (page) =>
  page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");

/** Waits until the service worker keeps a file whose address is like this. */
const kept = (page, pattern) =>
  page.waitForFunction(
    async (wanted) => {
      for (const name of await caches.keys()) {
        const cached = await (await caches.open(name)).keys();
        if (cached.some(({ url }) => new RegExp(wanted).test(url))) return true;
      }
      return false;
    },
    pattern.source,
    { timeout: 60_000, polling: 200 },
  );

/** Gives the first class of Teach a picture, which counts once the model has seen it. */
async function teachPicture(page, pictures) {
  await backboneReady(page);
  const [buffer] = await drawn(page, "mug", pictures, 1);
  const picture = { name: "mug.jpg", mimeType: "image/jpeg", buffer };
  await card(page, "Class 1").locator('input[type="file"]').setInputFiles(picture);
  const count = pictures === 1 ? "1 picture" : `${pictures} pictures`;
  await card(page, "Class 1").locator(".count").and(page.getByText(count, { exact: true })).waitFor();
  await page.locator('[data-saving="saved"]').waitFor({ state: "attached" });
}

async function askIntents(page) {
  await page.locator('#load[data-state="done"]').waitFor();
  await trainToTheEnd(page);
  await page.fill("#own", "what is the weather like today");
  const answer = page.locator("#own-answer", { hasText: "Accepted weather" });
  await answer.waitFor({ timeout: 60_000 });
}

test("what was used once works when the host is gone, isolated as before", async () => {
  await host(async ({ visit, takeAway, sent }) => {
    const page = await visit("");
    await page.waitForURL(/\/teach\/$/);
    await teachPicture(page, 1);
    await controlled(page);
    const ofTeach = [/efficientnet-lite0/, /ort-wasm[^/]*\.wasm/];
    for (const file of ofTeach) await kept(page, file);
    const ofText = [/clinc150/, /model_quantized/, /tokenizer\.json/, /L6-v2\/config\.json/];
    const timesSent = (pattern) => sent.filter((file) => pattern.test(file)).length;
    assert.deepEqual(ofText.map(timesSent), [0, 0, 0, 0], "no page has asked for them");
    assert.deepEqual(ofTeach.map(timesSent), [1, 1], "what the page fetched is handed over");
    await visit("text/#backend=cpu&epochs=6", page);
    await askIntents(page);
    for (const file of ofText) await kept(page, file);
    // LogitNorm's pictures, which nobody asked for.
    assert.equal(timesSent(/fashion-mnist/), 0);

    await takeAway();
    await visit("", page);
    await page.waitForURL(/\/teach\/$/);
    assert.ok(await page.evaluate(() => crossOriginIsolated));
    await teachPicture(page, 2);
    await page.screenshot({ path: `${OUTPUT}/offline-teach.png` });
    await visit("text/#backend=cpu&epochs=6", page);
    await page.reload();
    await askIntents(page);
    assert.ok(await page.evaluate(() => crossOriginIsolated));
    await page.screenshot({ path: `${OUTPUT}/offline-text.png` });
    // Never visited, and there all the same; what is no page is not answered with one.
    await visit("playground/", page);
    await page.locator("h1").waitFor();
    await assert.rejects(visit("reference/index.html", page), /ERR_/);
  });
});

/** What a host with the next version of the site sends: another start of the page, and worker. */
function nextVersion(request, response) {
  const path = new URL(request.url, "http://localhost").pathname;
  const file = /^\/some\/folder\/(sw\.js|playground\/(index\.html)?)$/.exec(path)?.[1];
  if (file === undefined) return false;
  const text = readFileSync(at("www", "dist", file.endsWith("/") ? `${file}index.html` : file));
  const page = "playground/index.html";
  const [body, type] =
    file === "sw.js"
      ? [`${text}`.replace(new RegExp(`("revision":")[^"]*(","url":"${page}")`), "$1next$2"), "js"]
      : [`${text}`.replace("<html", '<html data-version="next"'), "html"];
  response.writeHead(200, { "content-type": `text/${type.replace("js", "javascript")}`, ...isolation });
  response.end(body);
  return true;
}

test("the next version waits for the pages of the one before, then takes over", async () => {
  let isNext = false;
  const handle = (request, response) => isNext && nextVersion(request, response);
  await host(
    async ({ visit }) => {
      const page = await visit("playground/");
      await controlled(page);
      const other = await visit("together/");
      isNext = true;
      await page.evaluate(async () => {
        const registration = await navigator.serviceWorker.getRegistration();
        await registration.update();
      });
      const waits = () =>
        page.waitForFunction(async () => (await navigator.serviceWorker.getRegistration()).waiting);
      await waits();
      await page.reload();
      await page.waitForTimeout(1000);
      assert.equal(await page.locator('[data-version="next"]').count(), 0);
      await waits();
      await other.close();
      await page.reload();
      await page.locator('[data-version="next"]').waitFor({ state: "attached" });
      await controlled(page);
    },
    { handle },
  );
});

test("it can be installed", async () => {
  await host(async ({ context, visit, url }) => {
    const page = await visit("text/");
    await controlled(page);
    const devtools = await context.newCDPSession(page);
    const manifest = await devtools.send("Page.getAppManifest");
    assert.equal(manifest.url, `${url}some/folder/manifest.webmanifest`);
    assert.deepEqual(manifest.errors, []);
    const { start_url: start, scope, icons } = JSON.parse(manifest.data);
    assert.equal(new URL(start, manifest.url).href, `${url}some/folder/teach/`);
    assert.equal(new URL(scope, manifest.url).href, `${url}some/folder/`);
    for (const { src } of icons) {
      const icon = new URL(src, manifest.url).href;
      const width = await page.evaluate(async (address) => {
        const picture = new Image();
        picture.src = address;
        await picture.decode();
        return picture.naturalWidth;
      }, icon);
      assert.equal(width, 512);
    }
    const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
    // Every context of a test is a private window.
    const errors = installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito");
    assert.deepEqual(errors, []);
  });
});
