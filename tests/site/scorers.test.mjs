// The picker of scores of the demo page.

import assert from "node:assert/strict";
import test from "node:test";
import { number, OUTPUT, settled, text, trainToTheEnd, visit } from "./page.mjs";

const LOGITS = ["msp", "maxLogit", "energy", "entropy", "gen", "maxCosine", "gradNorm", "odin"];
const FITTED = [
  "klMatching", "knn", "mahalanobis", "rmd", "gda", "vim", "residual", "she", "nnGuide", "fdbd", "nci",
  "react", "dice",
];
const HIDDEN = ["ash", "scale"];

const hiddenGroup = (page) => page.locator('#scorer optgroup[label="Needs a head with a hidden layer"]');

/** Chooses a score and gives its AUROC. */
async function choose(page, scorer) {
  await page.selectOption("#scorer", scorer);
  await settled(page);
  assert.equal(await text(page, "score-error"), "", scorer);
  return number(page, "auroc");
}

test("every score is offered with what it needs, and scores a linear head", async () => {
  await visit("#backend=cpu&epochs=3&loss=crossEntropy", async (page) => {
    assert.equal(await page.inputValue("#scorer"), "auto");
    const groups = await page.locator("#scorer optgroup").evaluateAll((all) => all.map((group) => [group.disabled, ...[...group.children].map((option) => option.value)]));
    assert.deepEqual(groups, [[false, ...LOGITS], [false, ...FITTED], [true, ...HIDDEN]]);
    assert.equal(await page.locator("#scorer-table tbody tr").count(), 1 + LOGITS.length + FITTED.length + HIDDEN.length);

    await trainToTheEnd(page);
    assert.ok((await number(page, "auroc")) > 90);
    const found = {};
    for (const scorer of [...LOGITS, ...FITTED]) {
      found[scorer] = await choose(page, scorer);
      assert.match(await text(page, "scorer-hint"), /(Needs|Compares with|Asks) [^.]+\.$/);
    }
    assert.ok(new Set(Object.values(found)).size > 12, `different scores have different figures: ${JSON.stringify(found)}`);
    // The lower ends of what this data gives, less a margin.
    for (const scorer of ["gen", "knn", "mahalanobis", "rmd", "vim", "nnGuide", "fdbd"]) assert.ok(found[scorer] > 85, `${scorer} ${found[scorer]}`);
    await page.click("summary:has-text('What each score needs')");
    await page.locator("#gate-section").screenshot({ path: `${OUTPUT}/scorers.png` });
  });
});

test("scores for hidden layers are there for a head that has one, and give way when it has none", async () => {
  await visit("#backend=cpu&epochs=2&head=hidden&width=64", async (page) => {
    await trainToTheEnd(page);
    assert.ok(await hiddenGroup(page).isEnabled());
    for (const scorer of HIDDEN) assert.ok((await choose(page, scorer)) > 0);

    await page.click("label:has-text('Linear')");
    await trainToTheEnd(page);
    assert.ok(await hiddenGroup(page).isDisabled());
    assert.equal(await page.inputValue("#scorer"), "auto");
    assert.equal(await text(page, "scorer-note"), "This head has no hidden layer, which SCALE needs: scored by Automatic instead.");
    await choose(page, "msp");
    assert.equal(await text(page, "scorer-note"), "");
  });
});

test("the page lives while it scores, and the last choice wins", async () => {
  await visit("#backend=cpu&epochs=2&scorer=msp", async (page) => {
    await trainToTheEnd(page);
    const msp = await text(page, "auroc");
    await choose(page, "energy");
    await page.evaluate(() => {
      window.shown = [];
      new MutationObserver(() => window.shown.push(document.querySelector("#auroc").textContent)).observe(document.querySelector("#auroc"), { childList: true, characterData: true, subtree: true });
    });
    // Dropped in the middle: the answer of the slow one never shows.
    await page.selectOption("#scorer", "klMatching");
    const dropped = await page.evaluate(async () => {
      const progress = () => document.querySelector("#score-progress").value;
      while (!document.querySelector("#score-status").textContent.includes("KL matching") || progress() < 0.05) await new Promise(requestAnimationFrame);
      const picker = document.querySelector("#scorer");
      picker.value = "msp";
      picker.dispatchEvent(new Event("change"));
      return progress();
    });
    assert.ok(dropped < 0.9, `dropped at ${dropped}`);
    await settled(page);
    assert.deepEqual(await page.evaluate(() => window.shown), [msp]);

    // To the end: frames are painted all the while.
    const frames = await page.evaluate(async () => {
      let frames = 0;
      const picker = document.querySelector("#scorer");
      picker.value = "knn";
      picker.dispatchEvent(new Event("change"));
      while (document.querySelector("#gate-section").hasAttribute("aria-busy")) {
        await new Promise(requestAnimationFrame);
        frames++;
      }
      return frames;
    });
    assert.ok(frames >= 5, `${frames} frames`);
    assert.equal(await page.inputValue("#scorer"), "knn");
    assert.ok((await number(page, "auroc")) > 85);

    await page.selectOption("#scorer", "nnGuide");
    await page.locator('#score-status:has-text("Scoring 3,250 sentences by Neighbour guidance")').waitFor();
    await page.locator("#gate-section").screenshot({ path: `${OUTPUT}/scorers-working.png` });
    await settled(page);
  });
});
