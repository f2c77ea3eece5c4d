// The page on LogitNorm: two networks trained on pixels, and a digit that is drawn.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { createHead } from "oodgate";
import { launch } from "../../pkg/scripts/browser.mjs";
import { at } from "../../pkg/scripts/shell.mjs";
import * as recipe from "../../www/pages/logitnorm/recipe.mjs";
import { drawnDigits, pixelsOf } from "../../www/pages/logitnorm/strokes.mjs";
import { assertAccessible } from "./axe.mjs";
import { assertFitsAndStands, countJumps, OUTPUT, visitPage } from "./site.mjs";

const LOSSES = ["crossEntropy", "logitNorm"];
const EPOCHS = 2;
const TAU = 0.04;

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

const visit = (hash, body, options) => visitPage(browser, `logitnorm/${hash}`, body, options);
const stage = (page, kind) =>
  page.locator(`[data-stage="${kind}"]`).waitFor({ state: "attached", timeout: 120_000 });
const train = (page) => page.click(".go .primary");
/** Trained and calibrated; the table of scores may still be filling. */
const calibrated = (page) =>
  page.locator('[data-stage="scoring"], [data-stage="ready"]').waitFor({ timeout: 120_000 });

/** The tensors of the site's file of pictures. */
function tensors() {
  const data = gunzipSync(readFileSync(at("www", "public", "fashion-mnist.bin")));
  const start = 8 + Number(data.readBigUInt64LE(0));
  const { __metadata__, ...entries } = JSON.parse(data.subarray(8, start));
  return Object.fromEntries(
    Object.entries(entries).map(
      ([
        name,
        {
          data_offsets: [from, to],
        },
      ]) => [name, data.subarray(start + from, start + to)],
    ),
  );
}

/** The network that the page trains, trained here. */
async function trained(data, loss) {
  const { classes } = data;
  const head = await createHead(
    recipe.headOptions({ classes: classes.length, architecture: "two", loss, tau: TAU, seed: 0 }),
  );
  const batch = recipe.batches(data.train, 0);
  const steps = EPOCHS * recipe.UPDATES_AN_EPOCH;
  for (let step = 0; step < steps; step++) {
    const { features, labels } = batch(step);
    await head.trainStep(features, labels, { learningRate: recipe.learningRate(step, steps) });
  }
  const val = recipe.everyRow(data.val);
  await head.calibrate(val.features, val.labels, { scorer: "msp", alpha: 0.05 });
  return head;
}

/** What both networks on the page say to the drawing. */
async function said(page) {
  const answers = {};
  for (const loss of LOSSES) {
    const place = page.locator(`.answer[data-loss="${loss}"]`);
    answers[loss] = {
      probability: Number(await place.getAttribute("data-probability")),
      name: await place.locator(".called b").first().textContent(),
      accepted: (await place.locator(".gate.accepted").count()) === 1,
    };
  }
  return answers;
}

/** Presses a ready-made digit, and waits for the answers to it. */
async function choose(page, digit) {
  await page.locator(".ready-made button").nth(digit).click();
  // After a frame the page knows that its answers are to another drawing.
  await page.evaluate(() => new Promise(requestAnimationFrame));
  await page.locator('.said[aria-busy="false"]').waitFor();
}

async function drawByMouse(page, strokes) {
  const { x, y, width, height } = await page.locator(".pad").boundingBox();
  for (const stroke of strokes) {
    const points = stroke.map(([px, py]) => [x + px * width, y + py * height]);
    await page.mouse.move(...points[0]);
    await page.mouse.down();
    for (const point of points.slice(1)) await page.mouse.move(...point);
    await page.mouse.up();
  }
}

test("both networks train, and LogitNorm turns more of the drawn digits away", async () => {
  await visit(`#epochs=${EPOCHS}`, async (page) => {
    await stage(page, "idle");
    await assertAccessible(page, "nothing trained");
    await page.screenshot({ path: `${OUTPUT}/logitnorm-before.png`, fullPage: true });
    await train(page);
    // While they train both answer already, and their logits part.
    await page.locator(".answer[data-probability]").first().waitFor({ timeout: 60_000 });
    await page.screenshot({ path: `${OUTPUT}/logitnorm-training.png`, fullPage: true });
    await stage(page, "ready");
    assert.match(
      await page.locator(".training .status").textContent(),
      /^Trained both for 2 epochs, in/,
    );
    await assertAccessible(page, "both trained");

    const number = async (selector) =>
      Number.parseFloat(await page.locator(selector).textContent());
    const figure = (loss, name) =>
      number(`.contender[data-loss="${loss}"] [data-figure="${name}"]`);
    const length = (loss, of) => number(`.contender[data-loss="${loss}"] [data-length="${of}"]`);
    for (const loss of LOSSES) assert.ok((await figure(loss, "accuracy")) > 78, loss);
    assert.ok((await length("crossEntropy", "known")) > 3 * (await length("logitNorm", "known")));
    // The lower ends of what these settings give, less a margin.
    const auroc = Object.fromEntries(
      await Promise.all(LOSSES.map(async (loss) => [loss, await figure(loss, "auroc")])),
    );
    assert.ok(auroc.logitNorm > auroc.crossEntropy && auroc.logitNorm > 85, JSON.stringify(auroc));
    const table = await page
      .locator("tr[data-scorer] td")
      .evaluateAll((cells) => cells.map((cell) => Number.parseFloat(cell.textContent)));
    assert.equal(table.length, 5 * 4);
    assert.ok(table.every(Number.isFinite), `${table}`);
    assert.deepEqual([table[0], table[2]], [auroc.crossEntropy, auroc.logitNorm], "msp");

    // The same networks, trained here, say the same.
    const data = recipe.experiment(tensors(), "digits");
    const heads = {};
    for (const loss of LOSSES) heads[loss] = await trained(data, loss);
    const letThrough = { crossEntropy: 0, logitNorm: 0 };
    for (const [digit, strokes] of drawnDigits.entries()) {
      if (digit > 0) await choose(page, digit);
      const answers = await said(page);
      for (const loss of LOSSES) {
        const { probability, accepted } = await heads[loss].gate(pixelsOf(strokes));
        const name = `${digit}, ${loss}: ${JSON.stringify(answers[loss])}`;
        assert.ok(Math.abs(answers[loss].probability - probability[0]) < 1e-3, name);
        assert.equal(answers[loss].accepted, accepted[0] === 1, name);
        if (answers[loss].accepted) letThrough[loss] += 1;
      }
    }
    console.log(`of ten digits let through: ${JSON.stringify(letThrough)}`);
    assert.ok(letThrough.logitNorm < letThrough.crossEntropy, JSON.stringify(letThrough));
    for (const loss of LOSSES) heads[loss].dispose();

    // Drawn by hand, a digit is what it was when it was ready-made.
    await choose(page, 0);
    const ready = await said(page);
    await page.click(".ready-made button:has-text('Clear')");
    await page.locator(".answer[data-probability]").first().waitFor({ state: "detached" });
    await drawByMouse(page, drawnDigits[0]);
    await page.waitForFunction(
      ([loss, expected]) => {
        const { probability } = document.querySelector(`.answer[data-loss="${loss}"]`).dataset;
        return Math.abs(Number(probability) - expected) < 0.03;
      },
      ["crossEntropy", ready.crossEntropy.probability],
    );
    const drawn = await said(page);
    console.log(`a drawn 0: ${JSON.stringify(drawn)}`);
    assert.ok(Math.abs(drawn.logitNorm.probability - ready.logitNorm.probability) < 0.03);
    assert.equal(drawn.crossEntropy.name, ready.crossEntropy.name);
    assert.ok(drawn.logitNorm.probability < drawn.crossEntropy.probability);
    await page.screenshot({ path: `${OUTPUT}/logitnorm-ready.png`, fullPage: true });

    // Plain softmax of a LogitNorm network is hardly sure of anything; no order changes by it.
    await page.click("label:has-text('As softmax gives them')");
    assert.ok((await figure("logitNorm", "ece")) > 30);
    assert.equal(await figure("logitNorm", "auroc"), auroc.logitNorm);
    assert.ok((await said(page)).logitNorm.probability < 0.5);
    await page.screenshot({ path: `${OUTPUT}/logitnorm-plain.png`, fullPage: true });
  });
});

test("what is chosen lies in the address, and a training can be stopped", async () => {
  await visit("", async (page) => {
    await stage(page, "idle");
    await page.locator("#bound", { hasText: "as near to 0 as" }).waitFor();
    await page.selectOption('[name="unknown"]', "leftOut");
    await page.click(".training label:has-text('784-10')");
    await page.fill('[name="epochs"]', "30");
    await page.locator('[name="epochs"]').blur();
    await page.focus("#tau");
    await page.keyboard.press("End");
    // ln(1 + 6 exp(-sqrt(7 / 6) / 2))
    await page.locator("#bound", { hasText: "below 1.50 nats" }).waitFor();
    await page.waitForFunction(() => location.hash.includes("tau=2"));
    await page.reload();
    await stage(page, "idle");
    assert.equal(await page.inputValue('[name="unknown"]'), "leftOut");
    assert.equal(await page.inputValue('[name="epochs"]'), "30");
    assert.ok(await page.isChecked('[name="network"][value="linear"]'));
    assert.match(await page.locator("#bound").textContent(), /τ = 2 .* 1\.50 nats/);

    await train(page);
    await page.locator(".answer[data-probability]").first().waitFor({ timeout: 60_000 });
    await page.click(".go button:has-text('Stop')");
    await stage(page, "ready");
    assert.match(
      await page.locator(".training .status").textContent(),
      /^Trained both for [\d.]+ epochs?, in/,
    );
    assert.equal(await page.locator(".answer").first().locator(".bar").count(), 7);
    // No network gets below the bound.
    const loss = await page
      .locator('.contender[data-loss="logitNorm"] [data-loss-now]')
      .textContent();
    assert.ok(Number(loss) > 1.5, loss);
    assert.equal(await page.locator(".stale").textContent(), "");
    await page.selectOption('[name="unknown"]', "digits");
    await page.locator(".stale", { hasText: "Train again" }).waitFor();
    await assertAccessible(page, "other settings than those on show");
  });
});

test("with digits as the known, a drawn digit is named", async () => {
  await visit("#unknown=reversed&epochs=2", async (page) => {
    await stage(page, "idle");
    await train(page);
    await calibrated(page);
    await page.locator(".gate.accepted, .gate.rejected").first().waitFor();
    const names = [];
    for (const digit of drawnDigits.keys()) {
      if (digit > 0) await choose(page, digit);
      names.push((await said(page)).crossEntropy.name);
    }
    const right = names.filter((name, digit) => name === String(digit)).length;
    assert.ok(right >= 6, `named ${names}`);
    await page.screenshot({ path: `${OUTPUT}/logitnorm-reversed.png`, fullPage: true });
  });
});

test("pictures that do not come are said, and can be asked for again", async () => {
  let broken = true;
  const prepare = (page) =>
    page.route("**/fashion-mnist.bin", (route) =>
      broken ? route.fulfill({ status: 200, body: "no pictures" }) : route.continue(),
    );
  await visit(
    "",
    async (page) => {
      await page.locator('[role="alert"]', { hasText: "could not be loaded" }).waitFor();
      assert.equal(await page.locator(".go .primary").getAttribute("aria-disabled"), "true");
      await assertAccessible(page, "no pictures");
      await page.screenshot({ path: `${OUTPUT}/logitnorm-missing.png` });
      broken = false;
      await page.click("text=Load again");
      await stage(page, "idle");
    },
    { prepare, serviceWorkers: "block" },
  );
});

test("a finger draws on a narrow dark screen, where nothing is cut off or jumps", async () => {
  const body = async (page) => {
    await stage(page, "idle");
    await train(page);
    await calibrated(page);
    await page.click(".ready-made button:has-text('Löschen')");
    await page.locator(".pad").scrollIntoViewIfNeeded();
    const { x, y, width, height } = await page.locator(".pad").boundingBox();
    const devtools = await page.context().newCDPSession(page);
    const touch = (type, touchPoints) =>
      devtools.send("Input.dispatchTouchEvent", { type, touchPoints });
    await touch("touchStart", [{ x: x + width / 2, y: y + height / 4 }]);
    for (let step = 1; step <= 6; step++)
      await touch("touchMove", [{ x: x + width / 2, y: y + height * (0.25 + step / 12) }]);
    await touch("touchEnd", []);
    await page.locator(".answer[data-probability]").first().waitFor();
    await assertFitsAndStands(page);
    await assertAccessible(page, "the page in German, dark and narrow");
    await page.screenshot({ path: `${OUTPUT}/logitnorm-narrow-dark.png`, fullPage: true });
  };
  await visit("#epochs=1&network=linear", body, {
    viewport: { width: 360, height: 780 },
    colorScheme: "dark",
    hasTouch: true,
    async prepare(page) {
      await countJumps(page);
      await page.addInitScript(() => localStorage.setItem("oodgate-language", "de"));
    },
  });
});
