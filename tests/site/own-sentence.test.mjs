// Sentences that a visitor types, against the intents that the page ships.

import assert from "node:assert/strict";
import test from "node:test";
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
    await page.fill("#own", "why is the moon not made of cheese after all");
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
