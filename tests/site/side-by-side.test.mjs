// The part of the demo page that trains two heads beside each other.

import assert from "node:assert/strict";
import test from "node:test";
import { assertFitsAndStands, countJumps, number, OUTPUT, text, visit } from "./page.mjs";

const FIGURES = ["accuracy", "auroc", "fpr95", "ece-before", "ece-after"];

const ready = (page) => page.locator('#pair-section[data-state="ready"]:not([aria-busy])').waitFor({ timeout: 120_000 });
const idle = (page) => page.locator('#pair-train[aria-disabled="false"]').waitFor({ timeout: 120_000 });
const lengths = (page) =>
  page.locator("#pair-table tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].slice(1).map((cell) => Number(cell.textContent))));
const figures = async (page, loss) => Object.fromEntries(await Promise.all(FIGURES.map(async (figure) => [figure, await number(page, `pair-${loss}-${figure}`)])));

async function trainBoth(page) {
  await page.focus("#pair-train");
  await page.keyboard.press("Enter");
  await idle(page);
  assert.equal(await text(page, "pair-error"), "");
}

test("two heads train side by side, and their logits and scores are shown", async () => {
  await visit("#backend=cpu&epochs=8", async (page) => {
    await page.locator("#pair-section").screenshot({ path: `${OUTPUT}/side-by-side-before.png` });
    await page.click("#pair-train");
    // While they train the lengths come in, and the page answers.
    await page.locator("#pair-table tbody tr:nth-child(3)").waitFor({ state: "attached", timeout: 60_000 });
    assert.equal(await page.locator("#pair-train").getAttribute("aria-disabled"), "true");
    await ready(page);
    await idle(page);
    assert.match(await text(page, "pair-status"), /^Both trained for 8 epochs/);

    const rows = await lengths(page);
    assert.equal(rows.length, 9, "before the first epoch and after each");
    const [first, last] = [rows[0], rows[8]];
    assert.deepEqual(first.slice(0, 2), first.slice(2), "both begin with the same weights");
    assert.ok(last[0] > 5 * first[0] && last[0] > last[1], `cross-entropy: ${first} to ${last}`);
    // 3 for rows of length 1; a head brings its rows to length 2.
    assert.ok(last[2] < 2 * 3 && last[2] < last[0] / 5, `LogitNorm: ${last}`);

    const [plain, normed] = [await figures(page, "crossEntropy"), await figures(page, "logitNorm")];
    for (const found of [plain, normed]) assert.ok(found.accuracy > 90 && found.auroc > 90 && found.fpr95 < 50 && found["ece-after"] < 5, JSON.stringify(found));
    assert.ok(normed["ece-before"] > 50 && plain["ece-before"] < 50);
    await page.locator("#pair-section").screenshot({ path: `${OUTPUT}/side-by-side.png` });

    // Another score: other histograms, the same heads.
    await page.selectOption("#pair-scorer", "maxCosine");
    await page.locator('#pair-logitNorm figcaption:has-text("Scores by Max cosine")').waitFor();
    const cosine = await figures(page, "logitNorm");
    assert.equal(cosine.accuracy, normed.accuracy);
    assert.ok(cosine.auroc > normed.auroc, `${cosine.auroc} by max cosine, ${normed.auroc} by MSP`);
    assert.match(await page.locator("#pair-logitNorm .score-chart").getAttribute("aria-label"), /^LogitNorm: histograms of the scores by Max cosine, from .* Half of/);
    assert.match(await page.locator("#pair-crossEntropy .norm-chart").getAttribute("aria-label"), /After 8 of 8 epochs: in scope from [\d.]+ to [\d.]+/);

    // The head of the rest of the page has seen nothing of it.
    assert.equal(await text(page, "train-status"), "Ready to train.");
    assert.equal(await text(page, "accuracy"), "–");
    await page.fill("#epochs", "2");
    assert.equal(await text(page, "pair-train"), "Train both again");
  });
});

test("the comparison can be stopped, and begins anew", async () => {
  await visit("#backend=cpu&epochs=1000", async (page) => {
    await page.click("#pair-train");
    await page.locator("#pair-table tbody tr:nth-child(3)").waitFor({ state: "attached", timeout: 60_000 });
    const begun = Date.now();
    await page.click("#pair-stop");
    await ready(page);
    await idle(page);
    assert.ok(Date.now() - begun < 10_000, "stopping does not wait for the end");
    assert.match(await text(page, "pair-status"), /^Stopped in epoch \d+ of 1000/);
    assert.ok((await figures(page, "logitNorm")).auroc > 80);

    // Stopped at once there is nothing to show.
    await page.evaluate(() => {
      document.querySelector("#pair-train").click();
      document.querySelector("#pair-stop").click();
    });
    await idle(page);
    assert.match(await text(page, "pair-status"), /^Stopped before the first epoch/);
    assert.equal(await text(page, "pair-logitNorm-auroc"), "–");

    await page.fill("#epochs", "1");
    await page.selectOption("#pair-scorer", "knn");
    await trainBoth(page);
    assert.match(await text(page, "pair-status"), /^Both trained for 1 epoch,/);
    assert.ok((await figures(page, "crossEntropy")).auroc > 85);
    await page.waitForFunction(() => location.hash.includes("pairScorer=knn"));
  });
});

test("both heads and the head above train at the same time", async () => {
  await visit("#backend=cpu&epochs=3", async (page) => {
    await page.click("#pair-train");
    await page.click("#train");
    await ready(page);
    await page.locator('body:not(.training) #gate-section[data-state="ready"]:not([aria-busy])').waitFor({ timeout: 120_000 });
    assert.match(await text(page, "train-status"), /^Trained for 3 epochs/);
    assert.equal((await lengths(page)).length, 4);
  });
});

test("both heads train on WebGPU", async () => {
  await visit("#backend=webgpu&epochs=1", async (page) => {
    await trainBoth(page);
    assert.ok((await figures(page, "crossEntropy")).auroc > 80);
  });
});

test("the comparison fits a narrow dark screen", async () => {
  const body = async (page) => {
    await page.locator("#pair-section").scrollIntoViewIfNeeded();
    await trainBoth(page);
    await assertFitsAndStands(page);
    await page.locator("#pair-section").screenshot({ path: `${OUTPUT}/side-by-side-narrow-dark.png` });
  };
  await visit("#backend=cpu&epochs=4", body, { viewport: { width: 360, height: 780 }, colorScheme: "dark", hasTouch: true, prepare: countJumps });
});
