// The built site in browsers that are not Chromium: every page is opened and used, and must have
// nothing to complain about.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { isolation, serve } from "../../pkg/scripts/serve.mjs";
import { at, npm } from "../../pkg/scripts/shell.mjs";
import { isPrepared } from "../lib/prepared.mjs";
import { hands } from "./hands.mjs";

const OUTPUT = at("tests", "output");

/** Runs in every page before anything of it: notes what it complains about, in words. */
function watch() {
  window.faults = [];
  // Two threads for the models, as on most machines, whatever this one has.
  Object.defineProperty(Navigator.prototype, "hardwareConcurrency", { get: () => 4 });
  const note = (text) => window.faults.push(text);
  addEventListener(
    "error",
    ({ target, message, error }) =>
      note(target === window ? `uncaught: ${error?.stack ?? message}` : `no ${target.outerHTML}`),
    true,
  );
  addEventListener("unhandledrejection", ({ reason }) =>
    note(`unhandled: ${reason?.stack ?? reason}`),
  );
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    note(`against the policy: ${violatedDirective} ${blockedURI}`),
  );
  const { error } = console;
  console.error = (...given) => {
    note(`console: ${given.join(" ")}`);
    error.apply(console, given);
  };
}

/** Pages get the watch as their first script, from where they come from: their policy allows it. */
function watched(request, response) {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/watch.js") {
    const type = { "content-type": "text/javascript" };
    response.writeHead(200, { ...type, ...isolation }).end(`(${watch})();`);
    return true;
  }
  // The service worker keeps them by their files' names.
  const page = /^\/some\/folder\/(\w+)\/(?:index\.html)?$/.exec(pathname)?.[1];
  if (page === undefined) return false;
  const html = readFileSync(at("www", "dist", page, "index.html"), "utf8");
  const first = '<script src="/watch.js"></script>';
  const type = { "content-type": "text/html; charset=utf-8" };
  response.writeHead(200, { ...type, ...isolation }).end(html.replace("<head>", `<head>${first}`));
  return true;
}

/**
 * @typedef {object} Driven a browser with one page
 * @property {(url: string) => Promise<unknown>} goto
 * @property {(source: string | Function, ...args: unknown[]) => Promise<unknown>} evaluate
 * @property {(options: { path: string }) => Promise<unknown>} screenshot
 * @property {(width: number, height: number) => Promise<unknown>} resize
 * @property {() => Promise<unknown>} close
 */

/**
 * Tests that use all pages in one browser.
 * @param {string} engine
 * @param {() => Promise<Driven>} launch
 */
export function testPages(engine, launch) {
  let server;
  let browser;
  /** How often the script of the models' threads was asked for. */
  let scripts = 0;
  /** Whether the site has its service worker: it would answer such requests, and make its own. */
  let hasWorker = false;

  const handle = (request, response) => {
    if (hasWorker || !request.url.endsWith("/sw.js")) return watched(request, response);
    response.writeHead(404).end();
    return true;
  };

  before(async () => {
    if (!isPrepared) npm("run", "build", "-w", "www");
    mkdirSync(OUTPUT, { recursive: true });
    const mounts = { "/some/folder/": at("www", "dist") };
    const onFile = (file) => (scripts += /ort-wasm[^/]*\.js$/.test(file) ? 1 : 0);
    server = await serve({ mounts, handle, isolated: true, onFile });
    browser = await launch();
    await browser.resize(1280, 960);
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const shoot = (state) => browser.screenshot({ path: `${OUTPUT}/${engine}-${state}.png` });

  /** Opens a page, lets the hands use it, and fails on what it complained about. */
  const visit = async (page, use) => {
    // From another page: an address that differs in what follows the # loads nothing.
    await browser.goto(`${server.url}watch.js`);
    await browser.goto(`${server.url}some/folder/${page}`);
    await browser.evaluate(hands);
    try {
      await use();
      const faults = await browser.evaluate(() => [
        ...window.faults,
        ...[...document.querySelectorAll('[role="alert"]')].map((one) => one.textContent),
      ]);
      assert.deepEqual(faults.filter(Boolean), []);
    } catch (error) {
      await shoot(`failed-${page.replaceAll(/\W/g, "")}`);
      throw error;
    }
  };
  const use = (name, body) => test(`${name} in ${engine}`, { timeout: 120_000 }, body);

  use("Teach with pictures", () =>
    visit("teach/", async () => {
      scripts = 0;
      await browser.evaluate(teachPictures);
      // Or for the one that takes its place, where no thread came to be (backbones/start.ts).
      assert.equal(scripts, 2, "one for the Worker and one for the thread beside it");
      hasWorker = true;
      await shoot("teach-pictures");
      const before = await browser.evaluate(countsOf);
      assert.deepEqual(before, ["20 pictures", "20 pictures"]);
      await browser.evaluate(() => hands.see('[data-saving="saved"]'));
      // A reload: the pictures are in the browser's database.
      await browser.goto(`${server.url}some/folder/teach/`);
      await browser.evaluate(hands);
      await browser.evaluate(async () => {
        await hands.see('[data-lesson="ready"]');
        await hands.see(".thumb img");
        await hands.drop(".watch", await hands.pictures("mug", 1, 1));
        await hands.see('.verdict[data-verdict="known"]', "Class 1");
      });
      assert.deepEqual(await browser.evaluate(countsOf), before);
    }));

  use("Teach with a camera", () =>
    visit("teach/", async () => {
      const seen = await browser.evaluate(useCamera);
      console.log(`  ${seen.pictures} pictures recorded, ${seen.rate}`);
      await shoot("teach-camera");
    }));

  use("Teach with words", () =>
    visit("teach/", async () => {
      await browser.evaluate(async () => {
        await hands.click(".kinds button", "Words");
        await hands.see('.watch-words [data-loading="ready"]');
        await hands.click(".add-class", "sample");
        await hands.see('[data-lesson="ready"]', "60 sentences");
        await hands.see('.verdict[data-verdict="unknown"]', "None of these");
        await hands.fill(".watch-words textarea", "a large latte and a muffin please");
        await hands.see('.verdict[data-verdict="known"]', "Café");
        await hands.see(".nearest-row .words");
      });
      await shoot("teach-words");
    }));

  use("Teach with numbers", () =>
    visit("teach/", async () => {
      await browser.evaluate(teachNumbers);
      await shoot("teach-numbers");
    }));

  use("Text intents", () =>
    visit("text/#backend=cpu&epochs=4", async () => {
      await browser.evaluate(async () => {
        await hands.see('#load[data-state="done"]');
        await hands.click("#train");
        await hands.see('body:not(.training) #gate-section[data-state="ready"]:not([aria-busy])');
        await hands.fill("#own", "what is the weather like today");
        await hands.see("#own-answer", "Accepted weather");
        await hands.fill("#own", "who painted the ceiling of the sistine chapel");
        await hands.see("#own-answer", "Rejected");
      });
      await shoot("text");
    }));

  use("LogitNorm", () =>
    visit("logitnorm/", async () => {
      await browser.evaluate(async () => {
        await hands.see('[data-stage="idle"]');
        await hands.fill('input[name="epochs"]', "1");
        await hands.click(".go .primary");
        await hands.see('[data-stage="training"]');
        const progress = () => document.querySelector('[data-stage="training"] progress')?.value;
        await hands.until(() => progress() > 0, "progress");
        await hands.click(".go button:not(.primary)");
        await hands.see('.status-block:not([data-stage="training"])');
      });
      await shoot("logitnorm");
    }));

  use("The playground", () =>
    visit("playground/", async () => {
      await browser.evaluate(async () => {
        await hands.see('[data-stage="ready"]', "Learned");
        await hands.point(".plane[tabindex]", 0.5, 0.5);
        await hands.see(".readout[data-cell]");
      });
      await shoot("playground");
    }));

  use("Together", () =>
    visit("together/", async () => {
      await browser.evaluate(async () => {
        await hands.click("#simulation .primary");
        await hands.see('.progress[data-state="done"]');
      });
      const accuracy = await browser.evaluate(
        () => document.querySelector(".progress").dataset.accuracy,
      );
      assert.ok(Number(accuracy) > 0.85, accuracy);
      await shoot("together");
    }));

  use("A phone's width", async () => {
    await browser.resize(400, 800);
    for (const page of ["teach/", "text/", "logitnorm/", "playground/", "together/"])
      await visit(page, async () => {
        await browser.evaluate(() => hands.see("h1"));
        const wide = await browser.evaluate(
          () => document.documentElement.scrollWidth - innerWidth,
        );
        assert.ok(wide <= 0, `${page} is ${wide} px wider than the screen`);
        await shoot(`narrow-${page.replaceAll(/\W/g, "")}`);
      });
  });

  use("Without the host", async () => {
    await browser.evaluate(() => hands.until(() => navigator.serviceWorker.controller, "worker"));
    await server.close();
    await browser.goto(`${server.url}some/folder/playground/`);
    await browser.evaluate(hands);
    assert.ok(await browser.evaluate(() => crossOriginIsolated));
    await browser.evaluate(() => hands.see('[data-stage="ready"]', "Learned"));
    await shoot("offline");
  });
}

const countsOf = () =>
  [...document.querySelectorAll(".card .count")].map((one) => one.textContent);

/** Runs in the page: two things, and a third that is none of them. */
async function teachPictures() {
  await hands.see('[data-loading="ready"]');
  for (const [name, thing] of [["Class 1", "mug"], ["Class 2", "plant"]]) {
    const files = [
      ...(await hands.pictures(thing, 0, 10)),
      ...(await hands.pictures(thing, 1, 10)),
    ];
    await hands.drop(`.card[aria-label="${name}"]`, files);
    await hands.see(`.card[aria-label="${name}"] .count`, "20 pictures");
  }
  await hands.see('[data-lesson="ready"]', "40 pictures");
  await hands.drop(".watch", await hands.pictures("plant", 2, 1));
  await hands.see('.verdict[data-verdict="known"]', "Class 2");
  await hands.drop(".watch", await hands.pictures("ball", 2, 1));
  await hands.see('.verdict[data-verdict="unknown"]', "None of these");
  // It lies in the tray too.
  await hands.see(".tray .thumb");
  await hands.see(".nearest-row img");
}

/** Runs in the page: the browser's test picture is recorded while the button is held. */
async function useCamera() {
  await hands.see('[data-loading="ready"]');
  await hands.click(".no-picture button", "Use the camera");
  await hands.until(() => document.querySelector(".viewer video")?.currentTime > 0, "picture");
  const count = () => Number.parseInt(document.querySelector(".card .count").textContent, 10);
  const before = count();
  await hands.press(".card .record", "pointerdown");
  await hands.until(() => count() >= before + 5, "fifth picture");
  await hands.press(".card .record", "pointerup");
  const rate = (await hands.see(".rate", "a second")).textContent;
  await hands.see(".thumb img");
  const pictures = count() - before;
  await hands.click(".viewer-tools button", "Camera off");
  await hands.see(".no-picture button", "Use the camera");
  return { pictures, rate };
}

/** Runs in the page: a table with two kinds of rows far from one another. */
async function teachNumbers() {
  await hands.click(".kinds button", "Numbers");
  await hands.see(".table-tools");
  const lines = ["weight,length,kind"];
  for (let i = 0; i < 40; i++) {
    const [a, b] = [Math.sin(i * 12.9898), Math.sin(i * 78.233)];
    lines.push(`${180 + 15 * a},${8 + 0.6 * b},apple`, `${1500 + 90 * b},${20 + 2 * a},melon`);
  }
  await hands.drop('.card[aria-label="Class 1"]', [new File([lines.join("\n")], "fruit.csv", { type: "text/csv" })]);
  await hands.see('[data-lesson="ready"]', "80 rows");
  const fields = ".number-fields label";
  await hands.fill(`${fields}:nth-of-type(1) input`, "181");
  await hands.fill(`${fields}:nth-of-type(2) input`, "8.1");
  await hands.see('.verdict[data-verdict="known"]', "apple");
  await hands.fill(`${fields}:nth-of-type(2) input`, "20");
  await hands.see('.verdict[data-verdict="unknown"]', "None of these");
}
