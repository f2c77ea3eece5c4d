// The Teach page with a camera that shows what a test puts before it.

import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { drawn } from "./drawings.mjs";
import { visitPage } from "./site.mjs";

const folder = mkdtempSync(path.join(tmpdir(), "oodgate-camera-"));
const file = path.join(folder, "camera.mjpeg");
const browsers = [];

after(async () => {
  for (const browser of browsers) await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A Chromium whose camera is the file; it is read anew each time a page turns the camera on. */
export async function cameraBrowser() {
  const args = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    `--use-file-for-fake-video-capture=${file}`,
  ];
  writeFileSync(file, "");
  const browser = await launch({ args });
  browsers.push(browser);
  return browser;
}

/**
 * Puts a thing before the camera. A page that has it on must turn it off and on again to see it.
 */
export async function putBeforeCamera(page, thing, session) {
  const frames = await drawn(page, thing, session);
  // A new file under the old name: one that is being read is not cut short.
  writeFileSync(`${file}.next`, Buffer.concat(frames));
  renameSync(`${file}.next`, file);
}

/** Opens the Teach page in this browser and hands it to `body`. */
export const visitTeach = (browser, body, options) => visitPage(browser, "teach/", body, options);

export const backboneReady = (page) =>
  page.locator('[data-loading="ready"]').waitFor({ state: "attached", timeout: 60_000 });

export async function look(page, thing, session) {
  const off = page.locator("text=Camera off");
  if ((await off.count()) > 0) await off.click();
  await putBeforeCamera(page, thing, session);
  await page.click("text=Use the camera");
  await page.waitForFunction(() => (document.querySelector(".viewer video")?.currentTime ?? 0) > 0);
}

export const card = (page, name) => page.locator(`.card[aria-label="${name}"]`);
export const countOf = async (page, name) =>
  Number.parseInt(await card(page, name).locator(".count").textContent(), 10);

/** Holds the record button until the class has so many pictures more. */
export async function record(page, name, more) {
  const wanted = (await countOf(page, name)) + more;
  await card(page, name).locator(".record").hover();
  await page.mouse.down();
  const ended = await recorded(page, name, wanted);
  await page.mouse.up();
  assert.ok(ended, `nothing is recorded: ${await page.evaluate(stateOfCamera)}`);
}

/** Whether the class gets so many pictures, with never 15 seconds between one and the next. */
async function recorded(page, name, wanted) {
  for (let held = await countOf(page, name); held < wanted; held = await countOf(page, name)) {
    const grown = await page
      .waitForFunction(
        ([label, before]) =>
          Number.parseInt(
            document.querySelector(`.card[aria-label="${label}"] .count`).textContent,
            10,
          ) > before,
        [name, held],
        { timeout: 15_000, polling: 20 },
      )
      .catch(() => undefined);
    if (grown === undefined) return false;
  }
  return true;
}

function stateOfCamera() {
  const video = document.querySelector(".viewer video");
  return JSON.stringify({
    recording: document.querySelector(".rec") !== null,
    time: video?.currentTime,
    width: video?.videoWidth,
    paused: video?.paused,
    says: document.querySelector("main").innerText,
  });
}

export const learned = (page) => page.locator('[data-lesson="ready"]').waitFor({ timeout: 90_000 });

/** The answers to so many next frames: what the page names, or "none of these". */
export function answers(page, howMany) {
  return page.evaluate(
    (count) =>
      new Promise((resolve) => {
        const seen = [];
        const place = document.querySelector(".answer");
        const observer = new MutationObserver(() => {
          const verdict = place.querySelector(".verdict");
          seen.push({
            kind: verdict.dataset.verdict,
            name: verdict.querySelector(".verdict-name").textContent,
          });
          if (seen.length < count) return;
          observer.disconnect();
          resolve(seen);
        });
        observer.observe(place, { attributeFilter: ["data-answers"] });
      }),
    howMany,
  );
}
