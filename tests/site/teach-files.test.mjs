// The Teach page without a camera: pictures from files, and what can be done with them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { assertAccessible } from "./axe.mjs";
import { drawn } from "./drawings.mjs";
import { runSnippet } from "./snippets.mjs";
import { assertFitsAndStands, countJumps, OUTPUT } from "./site.mjs";
import { backboneReady, card, countOf, learned, visitTeach } from "./teach.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

/** Files of a thing, each from a session of its own. */
async function files(page, thing, sessions) {
  const all = [];
  for (const session of sessions) {
    const [frame] = await drawn(page, thing, session, 1);
    all.push({ name: `${thing}-${session}.jpg`, mimeType: "image/jpeg", buffer: frame });
  }
  return all;
}

const choose = async (page, name, chosen) =>
  card(page, name).locator('input[type="file"]').setInputFiles(chosen);

/** Drops files as a file manager would. */
async function drop(page, place, dropped) {
  const plain = dropped.map(({ name, mimeType, buffer }) => ({
    name,
    mimeType,
    bytes: [...buffer],
  }));
  const transfer = await page.evaluateHandle((given) => {
    const data = new DataTransfer();
    for (const { name, mimeType, bytes } of given)
      data.items.add(new File([Uint8Array.from(bytes)], name, { type: mimeType }));
    return data;
  }, plain);
  for (const type of ["dragover", "drop"])
    await page.dispatchEvent(place, type, { dataTransfer: transfer });
}

const hasCount = (page, name, count) =>
  card(page, name)
    .locator(".count", { hasText: new RegExp(`^${count} pictures?$`) })
    .waitFor({ timeout: 120_000 });
const verdict = (page, words) =>
  page.locator(".verdict-name", { hasText: words }).waitFor({ timeout: 90_000 });

async function rename(page, name, to) {
  await page.fill(`.card[aria-label="${name}"] input.name`, to);
  await page.keyboard.press("Enter");
  await card(page, to).waitFor();
}

const range = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);

test("dropped and chosen pictures are learned, and one that is asked about is answered", async () => {
  await visitTeach(browser, async (page) => {
    await backboneReady(page);
    await rename(page, "Class 1", "Mug");
    await rename(page, "Class 2", "Plant");
    await drop(page, '.card[aria-label="Mug"]', [
      ...(await files(page, "mug", range(0, 30))),
      { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") },
    ]);
    await page
      .locator(".error", { hasText: "“notes.txt” is no picture" })
      .waitFor({ timeout: 120_000 });
    await choose(page, "Plant", await files(page, "plant", range(30, 60)));
    await hasCount(page, "Mug", 30);
    await hasCount(page, "Plant", 30);
    await learned(page);
    await page
      .locator("[data-lesson]", { hasText: "Learned from 60 pictures, each checked by" })
      .waitFor();

    const ask = async (thing, session) => drop(page, ".watch", await files(page, thing, [session]));
    await ask("mug", 70);
    await verdict(page, "Mug");
    await ask("plant", 71);
    await verdict(page, "Plant");
    await assertAccessible(page, "a known picture");
    await page.screenshot({ path: `${OUTPUT}/teach-asked.png` });
    await ask("ball", 72);
    await verdict(page, "None of these");
    assert.match(
      await page.locator(".verdict-words").textContent(),
      /^Only [\d.]+ % of what it knows looks this unusual/,
    );

    // 1 % cannot be promised with so few to check on; the page says what can be.
    await page.locator("#alpha").fill("1");
    await page
      .locator(".note", { hasText: "it takes 99 pictures to check on, and there are 60" })
      .waitFor();
    await assertAccessible(page, "too few for the promise");
    await page.screenshot({ path: `${OUTPUT}/teach-too-few.png` });
    await page.click("text=Use 2 %");
    await verdict(page, "None of these");

    // A class that is switched off is known no more, and comes back.
    await ask("mug", 73);
    await verdict(page, "Mug");
    await page.click('[aria-label="Switch off Mug"]');
    await page
      .locator(".note", { hasText: "it takes 49 pictures to check on, and there are 30" })
      .waitFor();
    await page.click("text=Use 4 %");
    await verdict(page, "None of these");
    await page.click('[aria-label="Switch on Mug"]');
    await verdict(page, "Mug");

    // Removed, and brought back with all its pictures.
    await page.click('[aria-label="Remove Mug"]');
    await card(page, "Mug").waitFor({ state: "detached" });
    await page.click(".undo button");
    await hasCount(page, "Mug", 30);
    assert.deepEqual(
      await page.locator(".card").evaluateAll((cards) => cards.map((c) => c.ariaLabel)),
      ["Mug", "Plant"],
    );
  });
});

test("examples are deleted and moved with the keyboard, and brought back", async () => {
  await visitTeach(browser, async (page) => {
    await backboneReady(page);
    await choose(page, "Class 1", await files(page, "mug", range(0, 6)));
    await hasCount(page, "Class 1", 6);
    const focused = () => page.evaluate(() => document.activeElement.ariaLabel);
    await card(page, "Class 1").locator(".thumb").first().focus();
    assert.equal(await focused(), "Picture 1 of Class 1");
    await page.keyboard.press("ArrowRight");
    assert.equal(await focused(), "Picture 2 of Class 1");
    await page.keyboard.press("Delete");
    await hasCount(page, "Class 1", 5);
    await page.waitForFunction(() => document.activeElement.className === "thumb");
    await page.click(".undo button");
    await hasCount(page, "Class 1", 6);

    await card(page, "Class 1").locator(".thumb").first().focus();
    await page.keyboard.press(" ");
    await page.keyboard.press("End");
    await page.keyboard.press(" ");
    await card(page, "Class 1").locator(".selection", { hasText: "2 selected" }).waitFor();
    await assertAccessible(page, "a selection");
    await page.screenshot({ path: `${OUTPUT}/teach-selection.png` });
    await page.selectOption('[aria-label="Move to"]', { label: "Class 2" });
    await hasCount(page, "Class 1", 4);
    await hasCount(page, "Class 2", 2);

    // What is deleted is forgotten by the browser, too.
    await page.locator('[data-saving="saved"]').waitFor({ state: "attached" });
    await page.reload();
    await hasCount(page, "Class 1", 4);
    await hasCount(page, "Class 2", 2);
  });
});

test("projects are kept by name, opened and deleted", async () => {
  await visitTeach(browser, async (page) => {
    await backboneReady(page);
    await page.click(".project summary");
    await page.fill(".project-box input", "Kitchen");
    await choose(page, "Class 1", await files(page, "mug", range(0, 5)));
    await hasCount(page, "Class 1", 5);
    await page.click("text=New project");
    await hasCount(page, "Class 1", 0);
    await page.fill(".project-box input", "Garden");
    await page.selectOption(".project-box select", { label: "Kitchen" });
    await hasCount(page, "Class 1", 5);
    await assertAccessible(page, "the projects");
    await page.screenshot({ path: `${OUTPUT}/teach-projects.png` });
    await page.click("text=Delete this project");
    await page.click("text=Really delete it");
    await hasCount(page, "Class 1", 0);
    assert.equal(await page.locator(".project-title").textContent(), "Garden");
    await page.reload();
    await page.locator(".project-title", { hasText: "Garden" }).waitFor();
  });
});

test("a sample is there for those with nothing at hand", async () => {
  await visitTeach(browser, async (page) => {
    await page.click("text=Try a sample");
    await hasCount(page, "Mug", 40);
    await hasCount(page, "Plant", 40);
    await verdict(page, "None of these");
    await learned(page);
    assert.equal(await page.locator("text=Try a sample").count(), 0);
    await page.screenshot({ path: `${OUTPUT}/teach-sample.png` });
    await runSnippet(page, async (visitor, says) => {
      for (const [thing, words] of [
        ["mug", "Mug (p = "],
        ["ball", "none of these (p = "],
        ["plant", "Plant (p = "],
      ]) {
        await visitor.setInputFiles("input", await files(page, thing, [2]));
        await says(words);
      }
    });
  });
});

test("a project travels as a file, with its pictures or without", async () => {
  await visitTeach(browser, async (page) => {
    await backboneReady(page);
    await rename(page, "Class 1", "Mug");
    await choose(page, "Mug", await files(page, "mug", range(0, 6)));
    await hasCount(page, "Mug", 6);
    await page.click(".project summary");
    await page.fill(".project-box .field input", "To go");
    const save = async () => {
      const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.click("text=Save to a file"),
      ]);
      assert.equal(file.suggestedFilename(), "to-go.oodgate");
      return readFileSync(await file.path());
    };
    const whole = await save();
    await page.uncheck("text=with pictures");
    const bare = await save();
    assert.ok(bare.length < whole.length, `${bare.length} bytes without, ${whole.length} with`);
    assert.ok(!bare.includes("data:image") && whole.includes("data:image/jpeg"));

    const field = page.locator('.project-box input[type="file"]');
    const open = (buffer) => field.setInputFiles({ name: "to-go.oodgate", mimeType: "", buffer });
    await page.click("text=New project");
    await hasCount(page, "Class 1", 0);
    await open(Buffer.from("no project"));
    await page
      .locator(".project-box .error", { hasText: "no project that this page can read" })
      .waitFor();
    await assertAccessible(page, "a refused file");
    for (const [file, pictures] of [
      [bare, 0],
      [whole, 6],
    ]) {
      await open(file);
      await hasCount(page, "Mug", 6);
      await page.waitForFunction(
        (count) => document.querySelectorAll(".card .thumb img").length === count,
        pictures,
      );
      assert.equal(await page.locator(".project-title").textContent(), "To go");
    }
    await page.locator('[data-saving="saved"]').waitFor({ state: "attached" });
    await page.reload();
    await hasCount(page, "Mug", 6);
  });
});

test("where the browser keeps nothing the page says so, and goes on", async () => {
  const prepare = (page) =>
    page.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException("The user denied permission.", "SecurityError");
      };
    });
  const body = async (page) => {
    await backboneReady(page);
    await page.locator(".saved", { hasText: "not saved" }).waitFor();
    await choose(page, "Class 1", await files(page, "mug", range(0, 6)));
    await hasCount(page, "Class 1", 6);
    await learned(page);
  };
  await visitTeach(browser, body, { prepare });
});

test("the page speaks German, and remembers it", async () => {
  await visitTeach(browser, async (page) => {
    await backboneReady(page);
    await page.selectOption(".language", "de");
    await page.locator("h1", { hasText: "nichts davon" }).waitFor();
    await page.reload();
    await page.locator("h1", { hasText: "nichts davon" }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
    assert.match(await page.title(), /nichts davon/);
    await page.locator(".verdict-name", { hasText: "Noch nichts gelernt" }).waitFor();
    await assertAccessible(page, "the page in German");
    await page.screenshot({ path: `${OUTPUT}/teach-german.png` });
  });
});

test("without a camera the page says so, and goes on", async () => {
  await visitTeach(browser, async (page) => {
    await page.click("text=Use the camera");
    await page.locator(".no-picture", { hasText: "No camera was found" }).waitFor();
    await assertAccessible(page, "no camera");
    await page.screenshot({ path: `${OUTPUT}/teach-no-camera.png` });
  });
});

test("on a narrow dark touch screen nothing is cut off or jumps", async () => {
  const body = async (page) => {
    await backboneReady(page);
    await assertAccessible(page, "the empty page in the dark");
    await page.screenshot({ path: `${OUTPUT}/teach-narrow-dark-empty.png`, fullPage: true });
    await choose(page, "Class 1", await files(page, "mug", range(0, 30)));
    await choose(page, "Class 2", await files(page, "plant", range(30, 60)));
    await hasCount(page, "Class 2", 30);
    await learned(page);
    await drop(page, ".watch", await files(page, "ball", [80]));
    await verdict(page, "None of these");
    await assertFitsAndStands(page);
    await assertAccessible(page, "none of these in the dark");
    await page.screenshot({ path: `${OUTPUT}/teach-narrow-dark.png`, fullPage: true });
  };
  await visitTeach(browser, body, {
    viewport: { width: 360, height: 780 },
    colorScheme: "dark",
    hasTouch: true,
    prepare: countJumps,
  });
});
