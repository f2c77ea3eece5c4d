// The demo page from training to the list of sentences, driven like a user.

import assert from "node:assert/strict";
import test from "node:test";
import { assertFitsAndStands, countJumps, number, OUTPUT, settled, text, trainToTheEnd, visit } from "./page.mjs";

const threshold = async (page) => Number(await page.locator("#threshold").getAttribute("aria-valuenow"));
const epochRow = (page, epoch) => page.locator(`#epoch-table tbody tr:nth-child(${epoch})`);

test("a head is trained on the CPU, scored, and gated by hand", async () => {
  await visit("#backend=cpu&epochs=6", async (page) => {
    await page.screenshot({ path: `${OUTPUT}/demo-before.png`, fullPage: true });
    await trainToTheEnd(page);

    assert.match(await text(page, "train-status"), /^Trained for 6 epochs/);
    assert.match(await text(page, "fact-backend"), /^CPU/);
    assert.ok((await number(page, "fact-step")) > 0);
    const losses = await page.locator("#epoch-table tbody td:nth-child(2)").allTextContents();
    assert.equal(losses.length, 6);
    assert.ok(Number(losses[5]) < 0.1 * Number(losses[0]), `the loss falls: ${losses}`);
    // The lower ends of what this data gives with these settings, less a margin.
    assert.ok((await number(page, "accuracy")) > 92);
    assert.ok((await number(page, "auroc")) > 94);
    assert.ok((await number(page, "fpr95")) < 35);
    // The threshold is set on the validation rows; the test rows are others.
    assert.equal(await number(page, "promised"), 5);
    const observed = await number(page, "observed");
    assert.ok(Math.abs(observed - 5) < 2.5, `promised 5 %, observed ${observed} %`);
    await page.screenshot({ path: `${OUTPUT}/demo-after.png`, fullPage: true });

    // Keys: left rejects more, right accepts more, Home and End are the ends of the axis.
    const start = await threshold(page);
    const rejected = await number(page, "rejected");
    await page.focus("#threshold");
    for (let i = 0; i < 10; i++) await page.keyboard.press("ArrowLeft");
    assert.ok((await threshold(page)) < start);
    await page.waitForFunction((before) => Number.parseFloat(document.querySelector("#rejected").textContent) > before, rejected);
    assert.ok((await number(page, "observed")) > observed);
    assert.equal(await text(page, "promised"), "none");
    assert.match(await text(page, "promise-note"), /moved by hand: no promise/);
    await page.keyboard.press("End");
    assert.ok((await threshold(page)) > start);
    assert.match(await page.locator("#threshold").getAttribute("aria-valuetext"), /% of in-scope sentences accepted/);

    // The mouse: pressed on the plot, dragged to its left quarter.
    const plot = await page.locator("#histogram .u-over").boundingBox();
    await page.mouse.move(plot.x + plot.width * 0.7, plot.y + 40);
    await page.mouse.down();
    await page.mouse.move(plot.x + plot.width * 0.25, plot.y + 60, { steps: 6 });
    await page.mouse.up();
    const { min, max } = await page.locator("#threshold").evaluate((e) => ({ min: Number(e.ariaValueMin), max: Number(e.ariaValueMax) }));
    assert.ok(Math.abs((await threshold(page)) - (min + 0.25 * (max - min))) < 0.01 * (max - min));
    await page.click("#reset-threshold");
    assert.equal(await threshold(page), start);
    assert.equal(await number(page, "promised"), 5);
    assert.equal(await number(page, "observed"), observed);
  });
});

const rejectedCount = (page) => page.locator('#filter label:has([value="rejected"]) .count').textContent();

test("the promise is chosen with the keyboard, and moves the threshold and the verdicts", async () => {
  await visit("#backend=cpu&epochs=3&alpha=0.031", async (page) => {
    // Nothing to calibrate yet; the choice is kept, in half percents.
    assert.equal(await number(page, "alpha-value"), 3);
    await page.focus("#alpha");
    for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowRight");
    assert.equal(await number(page, "alpha-value"), 5);
    await trainToTheEnd(page);

    const promise = async (percent) => {
      await page.locator("#promised", { hasText: `${percent.toFixed(1)}\u00a0%` }).waitFor();
      await settled(page);
      const [line, observed, out, count] = [await threshold(page), await number(page, "observed"), await number(page, "rejected"), await rejectedCount(page)];
      assert.ok(Math.abs(observed - percent) < 2.5 + percent / 20, `promised ${percent} %, observed ${observed} %`);
      return { line, observed, out, count: Number(count.replaceAll(",", "")) };
    };
    const five = await promise(5);
    await page.focus("#alpha");
    for (let i = 0; i < 10; i++) await page.keyboard.press("ArrowRight");
    const ten = await promise(10);
    assert.ok(ten.line < five.line && ten.observed > five.observed && ten.out > five.out && ten.count > five.count, JSON.stringify({ five, ten }));
    await page.waitForFunction(() => location.hash.includes("alpha=0.1"));
    await page.keyboard.press("End");
    const twenty = await promise(20);
    assert.ok(twenty.line < ten.line && twenty.count > ten.count);

    // A threshold moved by hand gives way to the next promise; another score keeps the promise, with its own threshold.
    await page.focus("#threshold");
    await page.keyboard.press("End");
    await page.locator("#promised", { hasText: "none" }).waitFor();
    await page.focus("#alpha");
    await page.keyboard.press("Home");
    await promise(1);
    await page.selectOption("#scorer", "msp");
    await page.locator('#live:has-text("Scored by Max probability")').waitFor({ state: "attached" });
    await promise(1);
  });
});

test("the fitted temperature makes the probabilities of a LogitNorm head honest", async () => {
  await visit("#backend=cpu&epochs=3", async (page) => {
    await trainToTheEnd(page);
    const [before, after] = [await number(page, "ece-before"), await number(page, "ece-after")];
    assert.ok(before > 50 && after < 5, `ECE ${before} % before, ${after} % after`);
    assert.ok((await number(page, "temperature")) < 0.5);
    assert.match(await text(page, "reliability-summary"), /far too low.*about right/);
    for (const side of ["before", "after"]) {
      assert.match(await page.locator(`#reliability-${side}`).getAttribute("aria-label"), /expected calibration error [\d.]+\u00a0%/);
    }

    // The table has the same sentences in its bins before and after, and their mean gap is the error.
    const table = await page.locator("#reliability-table tbody tr").evaluateAll((rows) =>
      rows.map((row) => [...row.cells].slice(1).map((cell) => Number.parseFloat(cell.textContent.replaceAll(",", "")) || 0)),
    );
    const sentences = 2250;
    for (const [column, ece] of [[0, before], [3, after]]) {
      assert.equal(table.reduce((sum, row) => sum + row[column], 0), sentences);
      const gap = table.reduce((sum, row) => sum + (row[column] / sentences) * Math.abs(row[column + 1] - row[column + 2]), 0);
      assert.ok(Math.abs(gap - ece) < 0.15, `the bins' mean gap ${gap}, the error ${ece}`);
    }
    // The list shows the probabilities after.
    const listed = (await page.locator("#list .col-probability").allTextContents()).slice(1).map(Number.parseFloat);
    assert.ok(Math.max(...listed) > 80, `${listed}`);
    await page.locator("#reliability-section").screenshot({ path: `${OUTPUT}/demo-reliability.png` });
  });
});

test("sentences are searched, filtered and sorted, and their verdicts follow the threshold", async () => {
  await visit("#backend=cpu&epochs=3&scorer=maxLogit", async (page) => {
    const rows = page.locator("#list tbody tr");
    assert.equal(await rows.count(), 25);
    await trainToTheEnd(page);

    await page.fill("#search", "spanish");
    await page.waitForFunction(() => location.hash.includes("search=spanish"));
    const found = await rows.locator(".col-text").allTextContents();
    const intents = await rows.locator(".col-truth, .col-predicted").allTextContents();
    assert.ok(found.length > 0 && found.some((sentence) => sentence.includes("spanish")), `found ${found} ${intents}`);

    // One accepted sentence is rejected when the threshold is below (almost) every score, and accepted again after that.
    await page.fill("#search", "");
    const accepted = rows.filter({ has: page.locator(".mark.accepted") }).first();
    const verdict = page.locator(`#list tr[data-row="${await accepted.getAttribute("data-row")}"] .mark`);
    await page.focus("#threshold");
    await page.keyboard.press("Home");
    await verdict.and(page.getByText("Rejected")).waitFor();
    await page.click("#reset-threshold");
    await verdict.and(page.getByText("Accepted")).waitFor();

    await page.click('#list [data-sort="score"]');
    await page.locator('#list th[aria-sort="ascending"]').waitFor();
    const scores = (await rows.locator(".col-score").allTextContents()).map((score) => Number(score.replace("\u2212", "-")));
    assert.deepEqual(scores, scores.toSorted((x, y) => x - y));

    await page.click('#list [data-sort="pValue"]');
    await page.click('#list [data-sort="pValue"]');
    await page.locator('#list th.col-pValue[aria-sort="descending"]').waitFor();
    const descending = (await rows.locator(".col-pValue").allTextContents()).map(Number);
    assert.deepEqual(descending, descending.toSorted((x, y) => y - x));
    assert.ok(descending[0] > 0.99);
    await page.click('#list [data-sort="pValue"]');
    await page.click('#list [data-sort="pValue"]');
    await page.locator('#list th.col-pValue[aria-sort="ascending"]').waitFor();
    const ascending = (await rows.locator(".col-pValue").allTextContents()).map(Number);
    assert.deepEqual(ascending, ascending.toSorted((x, y) => x - y));
    assert.ok(ascending[0] > 0 && ascending[0] < 0.01);
    assert.equal(await rows.locator(".mark.rejected").count(), 25, "the smallest p-values are rejected");

    await page.click("#filter label:has-text('Mistakes')");
    await page.click('.pager:not(.bottom) [data-page="next"]');
    assert.match(await text(page, "list-count"), /^26 to 50 of/);
    assert.ok((await rows.locator(".remark").count()) === 25, "every mistake says what it is");

    // All of it is in the address, and a visit to that address brings it back.
    await page.waitForFunction(() => location.hash.includes("show=mistakes"));
    const hash = new URL(page.url()).hash;
    assert.deepEqual(Object.fromEntries(new URLSearchParams(hash.slice(1))), {
      backend: "cpu", epochs: "3", scorer: "maxLogit", show: "mistakes", sort: "pValue",
    });
  });
  await visit("#loss=crossEntropy&epochs=7&search=bill&show=out", async (page) => {
    assert.ok(await page.locator('input[value="crossEntropy"]').isChecked());
    assert.equal(await page.inputValue("#epochs"), "7");
    assert.equal(await page.inputValue("#search"), "bill");
    assert.ok(await page.locator('input[name="show"][value="out"]').isChecked());
  });
});

test("Stop ends the training, and the head reached so far is scored", async () => {
  await visit("#backend=cpu&epochs=1000", async (page) => {
    await page.click("#train");
    await epochRow(page, 2).waitFor({ state: "attached", timeout: 60_000 });
    const begun = Date.now();
    await page.click("#stop");
    await settled(page);
    assert.ok(Date.now() - begun < 10_000, "stopping does not wait for the end");
    assert.match(await text(page, "train-status"), /^Stopped after \d+ of 1000 epochs/);
    assert.ok((await number(page, "auroc")) > 90);
    // The page goes on: another training starts and ends.
    await page.fill("#epochs", "1");
    await trainToTheEnd(page);
    assert.match(await text(page, "train-status"), /^Trained for 1 epoch /);
  });
});

test("Stop before the first step leaves the head before on show", async () => {
  await visit("#backend=cpu&epochs=2", async (page) => {
    await trainToTheEnd(page);
    const shown = () => Promise.all(["auroc", "accuracy", "keep-head", "gate-sentence"].map((id) => text(page, id)));
    const before = await shown();
    await page.evaluate(() => {
      document.querySelector("#train").click();
      document.querySelector("#stop").click();
    });
    await page.locator("#train-status", { hasText: "Stopped before the first step. The scores below are still those of the head before." }).waitFor();
    assert.deepEqual(await shown(), before);
    // That head is there, not only its figures.
    await page.selectOption("#scorer", "knn");
    await settled(page);
    assert.equal(await text(page, "score-error"), "");
    // What was changed during a training is stale after it.
    await page.fill("#epochs", "1");
    assert.equal(await text(page, "train"), "Train again");
    await trainToTheEnd(page);
    await page.locator("#train", { hasText: /^Train$/ }).waitFor();
  });
});

test("WebGPU trains too, and says so", async () => {
  await visit("#backend=webgpu&epochs=2", async (page) => {
    await trainToTheEnd(page);
    assert.equal(await text(page, "fact-backend"), "WebGPU");
    assert.ok((await number(page, "auroc")) > 90);
  });
});

test("an error is shown beside the buttons, and the page stays usable", async () => {
  // The head's Worker is who asks for a device.
  const prepare = (page) =>
    page.route("**/worker-*.js", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `Object.defineProperty(navigator, "gpu", { value: undefined });${await response.text()}` });
    });
  const body = async (page) => {
    await page.click("#train");
    await page.locator("#train-error:has-text('webgpu-unavailable')").waitFor();
    await page.click("label:has-text('Auto')");
    await page.fill("#epochs", "1");
    await trainToTheEnd(page);
    assert.match(await text(page, "fact-backend"), /^CPU/);
    assert.match(await text(page, "fact-reason"), /WebGPU/);
  };
  await visit("#backend=webgpu", body, { prepare, serviceWorkers: "block" });
});

/** A finger that takes the threshold and moves it sideways by so many pixels. */
async function swipeThreshold(page, pixels) {
  await page.locator("#threshold").scrollIntoViewIfNeeded();
  const line = await page.locator("#threshold").boundingBox();
  const finger = (by) => [{ x: line.x + line.width / 2 + by, y: line.y + line.height / 3 }];
  const devtools = await page.context().newCDPSession(page);
  const touch = (type, touchPoints) => devtools.send("Input.dispatchTouchEvent", { type, touchPoints });
  await touch("touchStart", finger(0));
  for (let step = 1; step <= 5; step++) await touch("touchMove", finger((pixels * step) / 5));
  await touch("touchEnd", []);
}

test("on a narrow dark touch screen nothing is cut off or jumps, and a finger moves the threshold", async () => {
  const body = async (page) => {
    await trainToTheEnd(page);
    await assertFitsAndStands(page);
    await page.screenshot({ path: `${OUTPUT}/demo-narrow-dark.png`, fullPage: true });

    const before = await threshold(page);
    await swipeThreshold(page, -60);
    assert.ok((await threshold(page)) < before);
  };
  await visit("#backend=cpu&epochs=2", body, { viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true, prepare: countJumps });
});
