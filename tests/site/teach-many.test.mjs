// Much of everything on the Teach page: a thousand pictures in one class, and a class that is
// switched off and on three thousand times.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { draw } from "../../www/shared/samples/draw.mjs";
import { tinyModel } from "../soak/tiny-model.mjs";
import { OUTPUT } from "./site.mjs";
import { backboneReady, card, learned, visitTeach } from "./teach.mjs";

const MANY = 1000;
const SWITCHES = 3000;

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

/** A page whose vision model takes no time. */
const visit = (body) =>
  visitTeach(browser, body, {
    prepare: async (page) => {
      await page.addInitScript(countReads);
      await page.route("**/efficientnet-lite0-int8.onnx", (route) =>
        route.fulfill({ body: tinyModel(224) }),
      );
    },
    serviceWorkers: "block",
  });

/** Draws so many different pictures of a thing in the page, and drops them on a class as files. */
async function add(page, name, thing, count, watch = () => {}) {
  const drawing = JSON.stringify({ thing, session: 0, frames: count, width: 320, height: 240 });
  const drawn = await page.evaluateHandle(`(${draw})(${drawing})`);
  const files = await page.evaluateHandle(filesOf, drawn);
  await page.evaluate(watch);
  await page.evaluate(dropFiles, { files, place: `.card[aria-label="${name}"]` });
  await hasCount(page, name, count);
}

/** Runs in the page. */
function filesOf(drawn) {
  const dataTransfer = new DataTransfer();
  drawn.forEach((blob, i) =>
    dataTransfer.items.add(new File([blob], `${i}.jpg`, { type: blob.type })),
  );
  return dataTransfer;
}

/** Runs in the page. */
function dropFiles({ files: dataTransfer, place }) {
  for (const type of ["dragover", "drop"])
    document
      .querySelector(place)
      .dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
}

/** Runs before the page: how many pictures are read at a time, at most. */
function countReads() {
  const read = Blob.prototype.arrayBuffer;
  window.reads = { now: 0, most: 0 };
  Blob.prototype.arrayBuffer = function () {
    window.reads.now += 1;
    window.reads.most = Math.max(window.reads.most, window.reads.now);
    return read.call(this).finally(() => (window.reads.now -= 1));
  };
}

const hasCount = (page, name, count) =>
  card(page, name)
    .locator(".count", { hasText: new RegExp(`^${count.toLocaleString("en")} pictures$`) })
    .waitFor({ timeout: 240_000 });

/** Runs in the page: the longest time that it was held, from now on. */
function watchTasks() {
  window.longest = 0;
  const { port1, port2 } = new MessageChannel();
  let last = performance.now();
  port1.onmessage = () => {
    const now = performance.now();
    window.longest = Math.max(window.longest, now - last);
    last = now;
    port2.postMessage(undefined);
  };
  port2.postMessage(undefined);
}

const longestTask = (page) =>
  page.evaluate(() => {
    const { longest } = window;
    window.longest = 0;
    return Math.round(longest);
  });

test("a thousand pictures in one class are learned, shown, deleted and kept", { timeout: 600_000 }, () =>
  visit(async (page) => {
    await backboneReady(page);
    await add(page, "Class 2", "plant", 10);
    await add(page, "Class 1", "mug", MANY, watchTasks);
    console.log(`  longest task while they come: ${await longestTask(page)} ms`);
    await learned(page);
    console.log(`  while they are learned: ${await longestTask(page)} ms`);
    await page.screenshot({ path: `${OUTPUT}/teach-thousand.png` });
    const remove = card(page, "Class 1").locator(".thumb").first();
    await remove.focus();
    await page.keyboard.press("Delete");
    await hasCount(page, "Class 1", MANY - 1);
    await learned(page);
    console.log(`  while one is deleted: ${await longestTask(page)} ms`);
    await page.locator('[data-saving="saved"]').waitFor({ state: "attached", timeout: 60_000 });
    // To ask for all of them at once holds the page.
    const most = await page.evaluate(() => window.reads.most);
    assert.ok(most > 0 && most <= 50, `${most} pictures read at once`);
    await page.reload();
    await hasCount(page, "Class 1", MANY - 1);
    await hasCount(page, "Class 2", 10);
    await learned(page);
  }),
);

test("a class is switched off and on three thousand times", { timeout: 600_000 }, () =>
  visit(async (page) => {
    await backboneReady(page);
    await add(page, "Class 1", "mug", 20);
    await add(page, "Class 2", "plant", 20);
    await learned(page);
    const session = await page.context().newCDPSession(page);
    const read = async () => {
      await page.waitForTimeout(500);
      await session.send("HeapProfiler.collectGarbage");
      const { usedSize, backingStorageSize } = await session.send("Runtime.getHeapUsage");
      const { nodes } = await session.send("Memory.getDOMCounters");
      return { heap: usedSize + backingStorageSize, nodes };
    };
    const flip = (times) =>
      page.evaluate(async (count) => {
        for (let turn = 0; turn < count; turn += 1) {
          document.querySelector('[aria-label="Switch off Class 1"]').click();
          await new Promise((resolve) => setTimeout(resolve, turn % 7 === 0 ? 30 : 0));
          document.querySelector('[aria-label="Switch on Class 1"]').click();
          await new Promise((resolve) => setTimeout(resolve, turn % 5 === 0 ? 30 : 0));
        }
      }, times);
    await flip(50);
    await learned(page);
    const first = await read();
    await page.evaluate(watchTasks);
    const begun = performance.now();
    await flip(SWITCHES / 2);
    const seconds = (performance.now() - begun) / 1000;
    await learned(page);
    console.log(`  ${SWITCHES} in ${seconds.toFixed(0)} s, longest task ${await longestTask(page)} ms`);
    const last = await read();
    const grown = (last.heap - first.heap) / 2 ** 20;
    console.log(`  heap ${grown.toFixed(1)} MiB more, ${last.nodes} nodes from ${first.nodes}`);
    assert.ok(grown < 8, `${grown} MiB more`);
    assert.ok(last.nodes <= 1.1 * first.nodes + 50, `${last.nodes} from ${first.nodes}`);
    await page.locator("[data-lesson]", { hasText: "Learned from 40 pictures" }).waitFor();
  }),
);
