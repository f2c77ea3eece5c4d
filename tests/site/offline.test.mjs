// The site without a network once it was visited, its next version, and the app that it can be
// installed as.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { isolation, serve } from "../../pkg/scripts/serve.mjs";
import { serveSite } from "../../pkg/scripts/serve-site.mjs";
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
  context.setDefaultTimeout(90_000);
  const faults = [];
  context.on("weberror", (fault) => faults.push(`${fault.error().stack}`));
  context.on("console", (message) => {
    if (message.type() === "error") faults.push(`${message.page()?.url()}: ${message.text()}`);
  });
  const visit = async (path, page) => {
    const visited = page ?? (await context.newPage());
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

/** Waits until a page answers with yes. `waitForFunction` would take a promise for one. */
async function until(page, ask, argument) {
  for (const start = Date.now(); !(await page.evaluate(ask, argument)); ) {
    assert.ok(Date.now() - start < 90_000, `not within 90 s: ${ask}`);
    await page.waitForTimeout(100);
  }
}

/** Waits until the service worker keeps a file whose address is like this. */
const kept = (page, pattern) =>
  until(
    page,
    async (wanted) => {
      for (const name of await caches.keys()) {
        const cached = await (await caches.open(name)).keys();
        if (cached.some(({ url }) => new RegExp(wanted).test(url))) return true;
      }
      return false;
    },
    pattern.source,
  );

/** Gives the first class of Teach a picture, which counts once the model has seen it. */
async function teachPicture(page, pictures) {
  await backboneReady(page);
  const [buffer] = await drawn(page, "mug", pictures, 1);
  const picture = { name: "mug.jpg", mimeType: "image/jpeg", buffer };
  await card(page, "Class 1").locator('input[type="file"]').setInputFiles(picture);
  const count = pictures === 1 ? "1 picture" : `${pictures} pictures`;
  const counter = card(page, "Class 1").locator(".count");
  await counter.and(page.getByText(count, { exact: true })).waitFor();
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

/** The start of the playground in this version and in the next. */
const START = "playground/index.html";
const html = () => readFileSync(at("www", "dist", START), "utf8");
const script = () => /<script type="module"[^>]*\.\.\/(assets\/[^"]+)/.exec(html())[1];
const NEXT = "assets/next.js";

/** What a host with the next version of the site sends that this one's would not. */
function nextVersion(request, response) {
  const path = new URL(request.url, "http://localhost").pathname.replace("/some/folder/", "");
  const send = (type, body) => {
    response.writeHead(200, { "content-type": type, ...isolation });
    response.end(body);
    return true;
  };
  if (path === NEXT) return send("text/javascript", readFileSync(at("www", "dist", script())));
  if (path === "playground/" || path === START) {
    const marked = html().replace("<html", '<html data-version="next"');
    return send("text/html", marked.replace(script(), NEXT));
  }
  if (path !== "sw.js") return false;
  const worker = readFileSync(at("www", "dist", path), "utf8").replace(script(), NEXT);
  const revision = new RegExp(`("revision":")[^"]*(","url":"${START}")`);
  return send("text/javascript", worker.replace(revision, "$1next$2"));
}

/** A visitor of the playground and of another page, when the next version waits for him. */
async function whileNextWaits(body) {
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
        until(page, async () => (await navigator.serviceWorker.getRegistration()).waiting !== null);
      await waits();
      await body({ page, other, waits });
      await page.locator('[data-version="next"]').waitFor({ state: "attached" });
      await controlled(page);
    },
    { handle },
  );
}

test("the next version waits for the pages of the one before, then takes over", async () => {
  await whileNextWaits(async ({ page, other, waits }) => {
    await page.reload();
    await page.waitForTimeout(1000);
    assert.equal(await page.locator('[data-version="next"]').count(), 0);
    await waits();
    await other.close();
    await page.reload();
  });
});

// The page's files come from the version before, or half of them, as it happens.
test("a page that is loading as the next version takes over is of the next version", async () => {
  await whileNextWaits(async ({ page, other }) => {
    await other.close();
    await page.evaluate(async () => {
      const { waiting } = await navigator.serviceWorker.getRegistration();
      waiting.postMessage({ kind: "take-over" });
      setTimeout(() => location.reload());
    });
  });
});

/** A browser that gives the site so many bytes, whatever the disk has. */
async function limitStorage(page, origin, bytes) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: bytes });
}

test("without room for the pages the site works as one that has no service worker", async () => {
  await host(async ({ context, visit, url }) => {
    const page = await context.newPage();
    await limitStorage(page, new URL(url).origin, 500_000);
    await visit("teach/", page);
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      const first = registration?.installing;
      if (first) await new Promise((resolve) => first.addEventListener("statechange", resolve));
    });
    const hasWorker = () =>
      page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active != null);
    assert.equal(await hasWorker(), false);
    await teachPicture(page, 1);
    await page.reload();
    await teachPicture(page, 2);
    assert.equal(await hasWorker(), false);
  });
});

test("a model for which there is no room is fetched each time, and used", async () => {
  await host(async ({ context, visit, sent, url }) => {
    const page = await context.newPage();
    await visit("playground/", page);
    await controlled(page);
    const { usage } = await page.evaluate(() => navigator.storage.estimate());
    await limitStorage(page, new URL(url).origin, usage + 1_000_000);
    await visit("teach/", page);
    await teachPicture(page, 1);
    await page.reload();
    await teachPicture(page, 2);
    assert.equal(sent.filter((file) => /efficientnet-lite0/.test(file)).length, 2);
  });
});

test("whoever builds the site anew is not shown the build before", async () => {
  const context = await browser.newContext();
  context.setDefaultTimeout(90_000);
  const published = await serve({ mounts: { "/": at("www", "dist") } });
  let rebuilt;
  try {
    const page = await context.newPage();
    await page.goto(`${published.url}playground/#loss=logitNorm`);
    await controlled(page);
    await published.close();
    const handle = (request, response) => {
      if (!request.url.startsWith("/playground/")) return false;
      const html = readFileSync(at("www", "dist", "playground", "index.html"), "utf8");
      response.writeHead(200, { "content-type": "text/html" });
      response.end(html.replace("<html", '<html data-version="next"'));
      return true;
    };
    rebuilt = await serveSite({ port: published.port, handle });
    assert.equal(rebuilt.url, published.url);
    await page.goto("about:blank");
    await page.goto(`${rebuilt.url}playground/#loss=logitNorm`);
    // Nobody reloads it.
    await page.locator('[data-version="next"]').waitFor({ state: "attached" });
    // What the page registered itself is removed in turn.
    const isClean = async () => {
      const registrations = await navigator.serviceWorker.getRegistrations();
      return registrations.length + (await caches.keys()).length === 0;
    };
    await until(page, isClean);
    await page.evaluate(() => (window.isThisVisit = true));
    await page.waitForTimeout(3000);
    assert.ok(await page.evaluate(() => window.isThisVisit), "it is not reloaded again and again");
    await page.reload();
    await page.locator('[data-version="next"]').waitFor({ state: "attached" });
  } finally {
    await context.close();
    await published.close();
    await rebuilt?.close();
  }
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
    for (const { src, sizes } of icons) {
      const icon = new URL(src, manifest.url).href;
      const size = await page.evaluate(async (address) => {
        const picture = new Image();
        picture.src = address;
        await picture.decode();
        return `${picture.naturalWidth}x${picture.naturalHeight}`;
      }, icon);
      assert.equal(size, sizes === "any" ? "512x512" : sizes);
    }
    const given = icons.map(({ purpose, sizes }) => `${purpose} ${sizes}`);
    for (const purpose of ["any", "maskable"])
      for (const size of ["192x192", "512x512"]) assert.ok(given.includes(`${purpose} ${size}`));
    const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
    // Every context of a test is a private window.
    const errors = installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito");
    assert.deepEqual(errors, []);
  });
});
