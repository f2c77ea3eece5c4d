// Frames of the camera on the Teach page as fast as they go, and what they leave behind in memory.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { cameraBrowser, learned, look, visitTeach } from "../site/teach.mjs";
import { tinyModel } from "./tiny-model.mjs";

/** At 15 answers a second. */
const HOUR = 54_000;
/** MiB that the page's process may have of its own: 125 to 155 are measured, 166 at most. */
const PROCESS = 224;
const PIECES = 8;
const mebibytes = (bytes) => bytes / 2 ** 20;

/** The next frame is there at once: the one that is shown, if there is no other. */
function hurry() {
  HTMLVideoElement.prototype.requestVideoFrameCallback = (come) => setTimeout(come, 0);
}

/** Each address that a picture gets is one more file that the browser keeps for a while. */
function countAddresses() {
  const make = URL.createObjectURL;
  window.addresses = 0;
  URL.createObjectURL = (file) => {
    window.addresses += 1;
    return make(file);
  };
}

/** Pictures of the sample, which are shown as the nearest. */
const SAMPLE = 80;

/**
 * Memory of the page's process, its Workers' and wasm included, in bytes; undefined where nobody
 * says. What it shares lies apart: there Chromium keeps each frame of the camera that was drawn,
 * decoded, until all pages together have 300 to 450 MiB of that, which the system may take back.
 */
function rendererMemory(pids) {
  if (process.platform !== "linux") return undefined;
  const sum = { own: 0, shared: 0 };
  for (const pid of pids) {
    let kind;
    for (const line of readFileSync(`/proc/${pid}/smaps`, "utf8").split("\n")) {
      const mapping = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+ *(.*)$/.exec(line);
      if (mapping) kind = mapping[1].startsWith("/") ? "shared" : "own";
      const dirty = /^Private_Dirty: +(\d+)/.exec(line);
      if (dirty) sum[kind] += 1024 * Number(dirty[1]);
    }
  }
  return sum;
}

/** Ways to talk to the page's Workers, which each have a heap of their own, beside itself. */
async function heapsOf(session) {
  const workers = new Set();
  const waiting = new Map();
  session.on("Target.attachedToTarget", ({ sessionId }) => workers.add(sessionId));
  session.on("Target.detachedFromTarget", ({ sessionId }) => workers.delete(sessionId));
  session.on("Target.receivedMessageFromTarget", ({ message }) => {
    const { id, result } = JSON.parse(message);
    waiting.get(id)?.(result);
  });
  const how = { autoAttach: true, waitForDebuggerOnStart: false, flatten: false };
  await session.send("Target.setAutoAttach", how);
  let next = 1;
  const ask = (sessionId) => async (method) => {
    const id = next++;
    const answer = new Promise((resolve) => waiting.set(id, resolve));
    const message = JSON.stringify({ id, method });
    await session.send("Target.sendMessageToTarget", { sessionId, message });
    return answer;
  };
  const page = (method) => session.send(method);
  return () => [page, ...[...workers].map(ask)];
}

async function read(page, session, heaps, pids) {
  // Twice, with a turn between: finalizers run after the first one, and free what the second finds.
  for (let round = 0; round < 2; round += 1) {
    for (const heap of heaps()) await heap("HeapProfiler.collectGarbage");
    await page.waitForTimeout(100);
  }
  let bytes = 0;
  for (const heap of heaps()) {
    const { usedSize, backingStorageSize } = await heap("Runtime.getHeapUsage");
    bytes += usedSize + backingStorageSize;
  }
  const { nodes } = await session.send("Memory.getDOMCounters");
  return { heap: bytes, renderer: rendererMemory(pids), nodes };
}

const answersSoFar = (page) =>
  page.evaluate(() => Number(document.querySelector(".answer").dataset.answers));

/** Waits for so many answers more. */
const answered = async (page, more) => {
  const wanted = (await answersSoFar(page)) + more;
  await page.waitForFunction(
    (count) => Number(document.querySelector(".answer").dataset.answers) >= count,
    wanted,
    { timeout: 0, polling: 200 },
  );
};

/** Slope of a line through the readings, a piece. */
function slope(values) {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  const along = values.reduce((sum, one, i) => sum + (i - middle) * (one - mean), 0);
  return along / values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
}

/**
 * Two things are taught; then a third stands before the camera.
 * @param {object} options
 * @param {number} options.warmUp answers before the first reading
 * @param {number} options.frames answers after it
 * @param {number} options.growth MiB that the heaps, and what the page's process has of its own, may
 *   grow in an hour, reckoned from a line through the readings: they waver by 4 MiB
 */
export async function watchFrames({ warmUp, frames, growth }) {
  const browser = await cameraBrowser();
  const processes = await browser.newBrowserCDPSession();
  const prepare = async (page) => {
    await page.addInitScript(hurry);
    await page.addInitScript(countAddresses);
    await page.route("**/efficientnet-lite0-int8.onnx", (route) =>
      route.fulfill({ body: tinyModel(224) }),
    );
  };
  const body = async (page) => {
    const session = await page.context().newCDPSession(page);
    await page.click("text=Try a sample");
    await learned(page);
    await page.click("text=Take it away");
    await look(page, "ball", 2);
    await answered(page, warmUp);
    const { processInfo } = await processes.send("SystemInfo.getProcessInfo");
    const pids = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
    const heaps = await heapsOf(session);
    const readings = [await read(page, session, heaps, pids)];
    const begun = performance.now();
    const before = await answersSoFar(page);
    const addresses = () => page.evaluate(() => window.addresses);
    const addressesBefore = await addresses();
    for (let piece = 0; piece < PIECES; piece += 1) {
      await answered(page, frames / PIECES);
      readings.push(await read(page, session, heaps, pids));
    }
    // The page's, the vision model's and the head's.
    assert.equal(heaps().length, 3);
    const seen = (await answersSoFar(page)) - before;
    const seconds = (performance.now() - begun) / 1000;
    console.log(`${seen} answers in ${seconds.toFixed(0)} s, after ${warmUp} to warm up`);
    const made = (await addresses()) - addressesBefore;
    console.log(`${made} addresses of pictures`);
    // At most one a second is rejected and new.
    assert.ok(made <= SAMPLE + seconds, `${made} addresses of pictures`);
    const series = (values) => values.map((one) => mebibytes(one).toFixed(1)).join(" ");
    const held = readings.map(({ heap }) => heap);
    const assertFlat = (what, values) => {
      const hour = mebibytes(slope(values) * PIECES) * (HOUR / seen);
      const words = `${what} MiB ${series(values)}; by the slope ${hour.toFixed(1)} more in an hour`;
      console.log(words);
      assert.ok(hour <= growth, words);
    };
    assertFlat("heaps", held);
    const taken = readings.flatMap(({ renderer }) => renderer ?? []);
    const own = taken.map((one) => one.own);
    console.log(`shared MiB ${series(taken.map(({ shared }) => shared))}`);
    if (own.length > 0) assertFlat("process", own);
    assert.ok(own.every((one) => mebibytes(one) <= PROCESS), `process MiB ${series(own)}`);
    const [first, last] = [readings[0].nodes, readings.at(-1).nodes];
    assert.ok(last <= 1.1 * first + 50, `${last} nodes in the page, from ${first}`);
  };
  // A service worker would be one more heap beside the three, and stand before the small model.
  await visitTeach(browser, body, { prepare, serviceWorkers: "block" });
}
