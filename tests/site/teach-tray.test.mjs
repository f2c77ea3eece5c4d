// What the Teach page does with what it rejected.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { assertAccessible } from "./axe.mjs";
import { drawn } from "./drawings.mjs";
import { assertFitsAndStands, countJumps, OUTPUT } from "./site.mjs";
import {
  answers,
  backboneReady,
  cameraBrowser,
  card,
  countOf,
  learned,
  look,
  visitTeach,
} from "./teach.mjs";

let camera;
let browser;

before(async () => {
  camera = await cameraBrowser();
  browser = await launch();
});

after(() => browser?.close());

const group = (page, n) => page.locator(".tray-group").nth(n - 1);
const strays = (page) => page.locator(".tray .thumb").count();

/** Pictures of a thing in files; those of one session are frames of it. */
async function files(page, thing, session, frames) {
  const pictures = await drawn(page, thing, session, frames);
  return pictures.map((buffer, i) => ({ name: `${i}.jpg`, mimeType: "image/jpeg", buffer }));
}

/** Teaches a mug and a plant by files, without the camera. */
async function teachTwo(page) {
  await backboneReady(page);
  for (const [name, thing] of [
    ["Class 1", "mug"],
    ["Class 2", "plant"],
  ]) {
    const pictures = await files(page, thing, 0, 15);
    await card(page, name).locator('input[type="file"]').setInputFiles(pictures);
    await card(page, name)
      .locator(".count", { hasText: "15 pictures" })
      .waitFor({ timeout: 120_000 });
  }
  await page.locator("[data-lesson]", { hasText: "Learned from 30 pictures" }).waitFor();
}

/** Asks about a picture of a thing, and waits for the answer. */
async function ask(page, thing, session) {
  const [picture] = await files(page, thing, session, 1);
  await page.locator('.watch input[type="file"]').setInputFiles([picture]);
  await page.locator(".viewer img").waitFor();
}

async function dragTo(page, from, to) {
  const transfer = await page.evaluateHandle(() => new DataTransfer());
  await from.dispatchEvent("dragstart", { dataTransfer: transfer });
  for (const type of ["dragover", "drop"]) await to.dispatchEvent(type, { dataTransfer: transfer });
  // What went away with the move hears of no end.
  if ((await from.count()) > 0) await from.dispatchEvent("dragend", { dataTransfer: transfer });
}

test("frames that are rejected gather, become a class, and are known from then on", async () => {
  await visitTeach(camera, async (page) => {
    await teachTwo(page);
    assert.equal(await page.locator(".tray").count(), 0, "an empty tray is shown");
    await look(page, "mug", 0);
    // The gate is wrong about known frames now and then, but not about one after the other.
    const seen = await answers(page, 20);
    const known = seen.filter(({ kind }) => kind === "known").length;
    assert.ok((await strays(page)) <= 20 - known, `${known} of 20 known`);
    await page.click("text=Camera off");
    if ((await strays(page)) > 0) await page.click("text=Throw all away");
    const begun = performance.now();
    await look(page, "ball", 2);
    await page.waitForFunction(() => document.querySelectorAll(".tray .thumb").length >= 3, null, {
      timeout: 60_000,
    });
    const seconds = (performance.now() - begun) / 1000;
    const gathered = await strays(page);
    assert.ok(gathered <= seconds + 1, `${gathered} in ${seconds} s`);
    assert.equal(await page.locator(".tray-group").count(), 1, "one thing lies in one group");
    await assertAccessible(page, "a tray with one group");
    await page.screenshot({ path: `${OUTPUT}/teach-tray.png`, fullPage: true });

    // Nothing but strange frames: the stream has moved. What says so can be sent away.
    await page.locator(".alarm", { hasText: "record each class once more" }).waitFor({
      timeout: 90_000,
    });
    await assertAccessible(page, "an alarm");
    await page.screenshot({ path: `${OUTPUT}/teach-alarm.png` });
    await page.click(".alarm button");
    await page.locator(".alarm").waitFor({ state: "detached" });

    await page.click("text=Camera off");
    const moved = await strays(page);
    await group(page, 1).locator("select").selectOption("new");
    await card(page, "Class 3").waitFor();
    assert.equal(await countOf(page, "Class 3"), moved);
    await page.waitForFunction(() => document.activeElement.matches(".card input.name"));
    await page.keyboard.type("Ball");
    await page.locator(".tray").waitFor({ state: "detached" });
    await learned(page);
    await page.click("text=Use the camera");
    await page.locator(".verdict-name", { hasText: "Ball" }).waitFor({ timeout: 60_000 });
  });
});

test("pictures go to a class, a new one and the unknown, by dragging, the menu and the keyboard", async () => {
  await visitTeach(browser, async (page) => {
    await teachTwo(page);
    for (const [thing, session] of [
      ["ball", 0],
      ["ball", 4],
    ]) {
      const before = await strays(page);
      await ask(page, thing, session);
      await page.waitForFunction(
        (count) => document.querySelectorAll(".tray .thumb").length > count,
        before,
      );
    }
    assert.equal(await page.locator(".tray-group").count(), 1, "alike ones lie together");

    // The same picture is no second one, and one that is thrown away does not come back by itself.
    await ask(page, "ball", 4);
    await page.locator("#alpha").fill("6");
    await page.waitForTimeout(300);
    assert.equal(await strays(page), 2);

    // Delete throws away, and undoing brings back.
    await group(page, 1).locator(".thumb").first().focus();
    await page.keyboard.press("Delete");
    await page.waitForFunction(() => document.querySelectorAll(".tray .thumb").length === 1);
    await page.click(".undo button");
    await page.waitForFunction(() => document.querySelectorAll(".tray .thumb").length === 2);
    await page.click("text=Throw all away");
    await page.locator(".tray").waitFor({ state: "detached" });
    await page.waitForFunction(() => document.activeElement.id === "classes");
    await assertAccessible(page, "an offer to undo");
    await page.click(".undo button");
    assert.equal(await strays(page), 2);

    // One of them by dragging, and back.
    await dragTo(page, group(page, 1).locator("li").first(), card(page, "Class 2"));
    assert.equal(await strays(page), 1);
    assert.equal(await countOf(page, "Class 2"), 16);
    await page.click(".undo button");
    await card(page, "Class 2").locator(".count", { hasText: "15 pictures" }).waitFor();
    assert.equal(await strays(page), 2);

    // The group by dragging, to a new class; the class goes with the undoing.
    await dragTo(page, group(page, 1), page.locator(".add-class").first());
    await card(page, "Class 3").waitFor();
    assert.equal(await countOf(page, "Class 3"), 2);
    assert.equal(await page.locator(".tray").count(), 0);
    await page.click(".undo button");
    await card(page, "Class 3").waitFor({ state: "detached" });
    assert.equal(await strays(page), 2);

    // One is selected with the keyboard: the menu is of that one then.
    await group(page, 1).locator(".thumb").first().focus();
    await page.keyboard.press(" ");
    const menu = group(page, 1).locator("select");
    assert.equal(await menu.locator("option").first().textContent(), "Move 1 picture to");
    await assertAccessible(page, "a tray with a selection");
    await menu.selectOption("unknown");
    await card(page, "None of these").locator(".count", { hasText: "1 picture" }).waitFor();
    assert.match(await card(page, "None of these").getAttribute("class"), /is-off/);
    await learned(page);
    assert.equal(await strays(page), 1, "what is like the unknown is still unknown");

    // The other goes to the same class, and nothing like them is gathered again.
    await dragTo(page, group(page, 1), page.locator(".tray-place", { hasText: "for good" }));
    await card(page, "None of these").locator(".count", { hasText: "2 pictures" }).waitFor();
    await learned(page);
    await ask(page, "ball", 3);
    await page.locator(".verdict-name", { hasText: "None of these" }).waitFor();
    await page.waitForTimeout(300);
    assert.equal(await page.locator(".tray").count(), 0);
  });
});

test("a tray fits a narrow dark screen in German", async () => {
  const body = async (page) => {
    await teachTwo(page);
    await ask(page, "ball", 0);
    await page.locator(".tray .thumb").waitFor();
    await assertFitsAndStands(page);
    await page.selectOption(".language", "de");
    await page.locator("#tray-title", { hasText: "Bisher unbekannt" }).waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `the page is ${wide} px wider than the screen`);
    await assertAccessible(page, "a tray in the dark");
    await page.screenshot({ path: `${OUTPUT}/teach-tray-narrow-dark.png`, fullPage: true });
  };
  await visitTeach(browser, body, {
    viewport: { width: 360, height: 780 },
    colorScheme: "dark",
    hasTouch: true,
    prepare: countJumps,
  });
});
