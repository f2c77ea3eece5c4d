// The page of text intents in the other language.

import assert from "node:assert/strict";
import test from "node:test";
import { assertAccessible } from "./axe.mjs";
import { OUTPUT, text, trainToTheEnd, visit } from "./page.mjs";

/** Names that are the same in both languages. */
const SAME = [
  "LogitNorm",
  "API",
  "Linear",
  "Training",
  "Auto",
  "CPU",
  "WebGPU",
  "Name",
  "Text intents",
  "AUROC",
  "FPR95",
  "ECE",
  "Deutsch",
  "English",
  "oodgate",
  "CC BY 3.0",
  "clinc/oos-eval",
  "uPlot",
  "ODIN",
  "ViM",
  "ReAct",
  "DICE",
  "ASH",
  "SCALE",
  "Playground",
];

/**
 * What a visitor may read or hear of the page as it stands, sentences of the data set aside, and
 * what the sections on reliability and on two losses make of a head: those are in English.
 */
function words() {
  const found = [];
  const skipped =
    "script, style, noscript, .examples q, .examples .answer, #list tbody, " +
    "#pair-section, #reliability-section .chart, #reliability-summary";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node.parentElement.closest(skipped) === null) found.push(node.textContent);
  }
  for (const element of document.querySelectorAll("[aria-label]")) {
    if (element.closest(skipped) === null) found.push(element.ariaLabel);
  }
  return found
    .map((one) => one.replaceAll(/\s+/g, " ").trim())
    .filter((one) => /\p{L}{4}/u.test(one));
}

/** Chosen at the first visit, as the page keeps it. */
const inGerman = (page) =>
  page.addInitScript(() => {
    if (localStorage.getItem("oodgate-language") === null)
      localStorage.setItem("oodgate-language", "de");
  });

test("no word of the page stays English in the German one", async () => {
  let english;
  await visit("#backend=cpu&epochs=2", async (page) => {
    english = new Set(await page.evaluate(words));
    assert.ok(english.size > 150, `${english.size} texts`);
  });
  const body = async (page) => {
    assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
    const german = await page.evaluate(words);
    const kept = german.filter((one) => english.has(one) && !SAME.includes(one));
    assert.deepEqual(kept, []);
  };
  await visit("#backend=cpu&epochs=2", body, { prepare: inGerman });
});

test("German words while it trains, scores and answers, on a narrow screen too", async () => {
  const body = async (page) => {
    await trainToTheEnd(page);
    assert.match(await text(page, "train-status"), /^2 Epochen in [\d,]+\s(s|min) trainiert\.$/u);
    assert.match(
      await text(page, "gate-sentence"),
      /^Mit dieser Schwelle beantwortet der Kopf \d+,\d\s% der Sätze/u,
    );
    assert.match(await text(page, "scorer-hint"), /^Verbindet mehrere/);
    assert.match(await text(page, "list-count"), /^1 bis 25 von [\d.]+ Sätzen$/);
    await page.fill("#own", "what is the weather like today");
    await page.locator("#own-answer", { hasText: "Angenommen weather (p-Wert 0," }).waitFor({
      timeout: 60_000,
    });
    await assertAccessible(page, "the German page");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `the page is ${wide} px wider than the screen`);
    await page.screenshot({ path: `${OUTPUT}/text-german-narrow.png`, fullPage: true });
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.screenshot({ path: `${OUTPUT}/text-german.png`, fullPage: true });

    // Another language is there after a load; settings stay.
    const loaded = page.waitForEvent("load");
    await page.selectOption("#language", "en");
    await loaded;
    await page.locator('html[lang="en"]').waitFor();
    assert.equal(await text(page, "title"), "Does the classifier know this sentence?");
    assert.equal(new URL(page.url()).hash, "#backend=cpu&epochs=2");
  };
  await visit("#backend=cpu&epochs=2", body, {
    viewport: { width: 360, height: 780 },
    colorScheme: "dark",
    prepare: inGerman,
  });
});
