// Sentences that a visitor types, against the intents that the page ships.

import assert from "node:assert/strict";
import test from "node:test";
import { assertAccessible } from "./axe.mjs";
import { outOfScope, sentences } from "./intents.mjs";
import { OUTPUT, trainToTheEnd, visit } from "./page.mjs";

const says = (page, words) =>
  page.locator("#own-answer", { hasText: words }).waitFor({ timeout: 60_000 });

test("a typed sentence is answered with its intent, or refused", async () => {
  await visit("#backend=cpu&epochs=6", async (page) => {
    await page.fill("#own", "what is the weather like today");
    await says(page, "Train a head first");
    await trainToTheEnd(page);
    await says(page, "Accepted weather");
    await page.fill("#own", "who painted the ceiling of the sistine chapel");
    await says(page, "Rejected I do not know this");
    await page.locator(".own").screenshot({ path: `${OUTPUT}/own-sentence.png` });

    // The threshold moves the answer, and so does another score.
    await page.fill("#own", "please set an alarm for seven");
    await says(page, "Accepted alarm");
    await page.focus("#threshold");
    await page.keyboard.press("Home");
    await says(page, "Rejected");
    await page.click("#reset-threshold");
    await says(page, "Accepted alarm");
    await page.selectOption("#scorer", "maxCosine");
    await page.locator('#live:has-text("Scored by Max cosine")').waitFor({ state: "attached" });
    await says(page, "Accepted alarm");
  });
});

test("typed sentences get the verdicts of the shipped ones", async () => {
  await visit("#backend=cpu&epochs=6", async (page) => {
    await trainToTheEnd(page);
    const answer = async (words) => {
      await page.fill("#own", "");
      await page.locator("#own-answer:empty").waitFor({ state: "attached" });
      await page.fill("#own", words);
      await page.locator("#own-answer .mark").waitFor({ timeout: 60_000 });
      return page.locator("#own-answer").textContent();
    };
    let right = 0;
    const known = ["weather", "translate", "alarm", "spelling"].flatMap((intent) =>
      sentences(intent, "test")
        .slice(0, 5)
        .map((words) => ({ intent, words })),
    );
    for (const { intent, words } of known) {
      if ((await answer(words)).startsWith(`Accepted ${intent}`)) right += 1;
    }
    const strangers = outOfScope().slice(0, 20);
    let rejected = 0;
    for (const words of strangers) if ((await answer(words)).startsWith("Rejected")) rejected += 1;
    console.log(
      `typed: ${right} of ${known.length} right, ${rejected} of ${strangers.length} refused`,
    );
    assert.ok(right >= 0.8 * known.length && rejected >= 0.7 * strangers.length);
  });
});

test("a pasted list is counted, asked about, and follows the threshold", async () => {
  await visit("#backend=cpu&epochs=6", async (page) => {
    await trainToTheEnd(page);
    const lines = [
      "what is the weather like today",
      "please set an alarm for seven",
      "",
      "who painted the ceiling of the sistine chapel",
      "please set an alarm for seven",
    ];
    const paste = (words) =>
      page.locator("#own").evaluate((field, pasted) => {
        const data = new DataTransfer();
        data.setData("text/plain", pasted);
        const options = { clipboardData: data, bubbles: true, cancelable: true };
        field.dispatchEvent(new ClipboardEvent("paste", options));
      }, words);
    await paste(lines.join("\r\n"));
    await page.locator("#own-list-count", { hasText: "3 sentences pasted." }).waitFor();
    await assertAccessible(page, "a pasted list");
    await page.keyboard.press("Enter");
    await page.locator("#own-list-count", { hasText: "1 of 3 sentences rejected." }).waitFor({
      timeout: 60_000,
    });
    const rows = await page.locator("#own-rows li").allTextContents();
    assert.match(rows[0], /^what is the weather like today Accepted weather/);
    assert.match(rows[1], /^please set an alarm for seven Accepted alarm/);
    assert.match(rows[2], /^who painted the ceiling .* Rejected I do not know this/);
    await assertAccessible(page, "answers to a list");
    await page.locator(".own").screenshot({ path: `${OUTPUT}/own-list.png` });

    // All are rejected at the lowest threshold, and come back with the calibrated one.
    await page.focus("#threshold");
    await page.keyboard.press("Home");
    await page.locator("#own-list-count", { hasText: "3 of 3 sentences rejected." }).waitFor();
    await page.click("#reset-threshold");
    await page.locator("#own-list-count", { hasText: "1 of 3 sentences rejected." }).waitFor();
    await page.click("#own-list-close");
    await page.locator("#own-list").waitFor({ state: "hidden" });
    assert.ok(await page.locator("#own").evaluate((field) => field === document.activeElement));

    // Of a long list the page says how much it takes.
    await paste(Array.from({ length: 450 }, (_, i) => `sentence ${i}`).join("\n"));
    await page
      .locator("#own-list-count", { hasText: "200 sentences pasted, the first of 450." })
      .waitFor();
  });
});
