// The playground: points in the plane, and the maps of what a head says of them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createHead } from "oodgate";
import { launch } from "../../pkg/scripts/browser.mjs";
import * as lesson from "../../www/pages/playground/lesson.mjs";
import { assertAccessible } from "./axe.mjs";
import { assertFitsAndStands, countJumps, OUTPUT, visitPage } from "./site.mjs";

const { GRID, UNKNOWN } = lesson;

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

const visit = (hash, body, options) => visitPage(browser, `playground/${hash}`, body, options);
const stage = (page, kind) =>
  page.locator(`[data-stage="${kind}"]`).waitFor({ state: "attached", timeout: 60_000 });
const plane = (page) => page.locator(".plane[tabindex]");
const counts = (page) => page.locator(".counts").textContent();
const status = (page) => page.locator(".status-block .status").textContent();

/** The lesson that the page gives, given here. */
async function taught(points, { hidden, loss, tau, scorer, alpha }) {
  const head = await createHead(lesson.headOptions({ points, hidden, loss, tau }));
  await lesson.teach(head, points, { every: lesson.UPDATES });
  const by = lesson.scorerOf(scorer, points);
  const { threshold } = await head.calibrate({ alpha, scorer: by });
  const cells = lesson.grid();
  const { classIndex } = await head.predict(cells);
  const score = await head.oodScore(cells, { scorer: by });
  return { head, threshold, classIndex, score };
}

/** Points at a cell of a map with the mouse, and gives what is read there. */
async function read(page, map, cell) {
  const { x, y, width } = await page.locator(".plane").nth(map).boundingBox();
  const at = (index) => ((index + 0.5) * width) / GRID;
  await page.mouse.move(x + at(cell % GRID), y + at(Math.floor(cell / GRID)));
  const readout = page.locator(`.readout[data-cell="${cell}"]`);
  return {
    score: Number(await readout.getAttribute("data-score")),
    text: await readout.textContent(),
  };
}

/** Colours of a map at the middles of its cells, [cells][red, green, blue]. */
const coloursOf = (page, map) =>
  page
    .locator(".plane")
    .nth(map)
    .evaluate((canvas, side) => {
      const context = canvas.getContext("2d");
      const cell = canvas.width / side;
      const colours = [];
      for (let row = 0; row < side; row++) {
        for (let column = 0; column < side; column++) {
          const [x, y] = [(column + 0.5) * cell, (row + 0.5) * cell].map(Math.floor);
          colours.push([...context.getImageData(x, y, 1, 1).data].slice(0, 3));
        }
      }
      return colours;
    }, GRID);

const DEFAULTS = { hidden: "16-16", loss: "logitNorm", tau: 0.2, scorer: "auto", alpha: 0.05 };

test("both maps are what the head says of the grid, and the line is its gate", async () => {
  await visit("", async (page) => {
    await stage(page, "ready");
    await assertAccessible(page, "learned");
    await page.screenshot({ path: `${OUTPUT}/playground.png`, fullPage: true });
    const points = lesson.shape("moons");
    const { head, threshold, classIndex, score } = await taught(points, DEFAULTS);
    head.dispose();
    assert.match(await status(page), /^Learned\. It names 100 % of its points right/);

    let rejected = 0;
    for (let cell = 7; cell < GRID * GRID; cell += 97) {
      const { score: shown, text } = await read(page, cell % 2, cell);
      const name = `cell ${cell}: ${shown} on the page, ${score[cell]} here; ${text}`;
      assert.ok(Math.abs(shown - score[cell]) <= 1e-4 * Math.max(1, Math.abs(score[cell])), name);
      assert.ok(text.includes(`Class ${classIndex[cell] + 1} with`), name);
      assert.equal(text.endsWith("none of these"), score[cell] > threshold, name);
      if (score[cell] > threshold) rejected += 1;
    }
    assert.ok(rejected > 15 && rejected < 40, `${rejected} of 43 cells are rejected`);
    await page.mouse.move(5, 5);
    await page.locator(".readout:not([data-cell])").waitFor();

    // The height's colour: red over blue goes up with the score, but for the lines that are drawn
    // over it.
    const height = (await coloursOf(page, 1)).map(([red, , blue]) => red - blue);
    const order = [...score.keys()].sort((a, b) => score[a] - score[b]);
    const tenth = Math.floor(order.length / 10);
    const means = Array.from({ length: 10 }, (_, i) => {
      const cells = order.slice(i * tenth, (i + 1) * tenth);
      return cells.reduce((sum, cell) => sum + height[cell], 0) / cells.length;
    });
    assert.deepEqual(
      means,
      means.toSorted((a, b) => a - b),
      `${means.map(Math.round)}`,
    );
    assert.ok(means[9] - means[0] > 100, `${means.map(Math.round)}`);
    // Class 1 is blue, class 2 green; pale where the gate says "none of these".
    const classes = await coloursOf(page, 0);
    const said = classes.map(([, green, blue]) => (blue > green ? 0 : 1));
    const agree = said.filter((label, cell) => label === classIndex[cell]).length / said.length;
    assert.ok(agree > 0.95, `${agree} of the cells have their class's colour`);
    const darkness = (of) =>
      of.reduce((sum, cell) => sum + 765 - classes[cell].reduce((a, b) => a + b), 0) / of.length;
    const inside = order.filter((cell) => score[cell] <= threshold);
    const outside = order.filter((cell) => score[cell] > threshold);
    assert.ok(darkness(inside) > 2 * darkness(outside), "the rejected part is pale");
  });
});

test("points come by mouse and keyboard, and come back with the address", async () => {
  await visit("", async (page) => {
    await stage(page, "ready");
    await page.click("text=Clear");
    await stage(page, "empty");
    assert.match(await status(page), /^Set points of two classes/);
    await assertAccessible(page, "an empty plane");
    await page.screenshot({ path: `${OUTPUT}/playground-empty.png`, fullPage: true });

    // A press sets one, a drag sets many.
    const { x, y, width, height } = await plane(page).boundingBox();
    const drag = async (points) => {
      await page.mouse.move(x + points[0][0] * width, y + points[0][1] * height);
      await page.mouse.down();
      for (const [px, py] of points.slice(1))
        await page.mouse.move(x + px * width, y + py * height, { steps: 12 });
      await page.mouse.up();
    };
    await drag([
      [0.2, 0.2],
      [0.4, 0.3],
      [0.2, 0.4],
    ]);
    await page.click(".tools label:has-text('Class 3')");
    await drag([
      [0.7, 0.6],
      [0.8, 0.8],
      [0.6, 0.8],
    ]);
    await page.click(".tools label:has-text('Unknown')");
    await page.mouse.click(x + 0.5 * width, y + 0.5 * height);

    // The keyboard: four steps to the right and up of the middle.
    await page.click(".tools label:has-text('Class 1')");
    await plane(page).focus();
    const before = Number.parseInt(await counts(page), 10);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    assert.equal(Number.parseInt(await counts(page), 10), before + 1);
    // What was learned is said too, and the latest message is the one that is heard.
    await stage(page, "ready");
    await page.keyboard.press("ArrowUp");
    await page.locator("#live", { hasText: /^x 0\.14, y 0\.11/ }).waitFor({ state: "attached" });
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Delete");
    assert.equal(Number.parseInt(await counts(page), 10), before);

    await page.click(".controls label:has-text('Cross-entropy')");
    await page.click(".controls label:has-text('32-32')");
    await page.selectOption('[name="scorer"]', "knn");
    await page.focus("#alpha");
    for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowRight");
    await stage(page, "ready");
    await page.waitForFunction(() => location.hash.includes("alpha=0.1"));
    assert.match(await counts(page), /^\d+ points of 2 classes, 1 unknown$/);
    await page.screenshot({ path: `${OUTPUT}/playground-own.png`, fullPage: true });
    await assertAccessible(page, "points of one's own");
    const state = async () => ({
      counts: await counts(page),
      status: await status(page),
      gate: await page.locator(".gate-line").textContent(),
      cells: await Promise.all([
        (await read(page, 0, 1000)).text,
        (await read(page, 1, 3000)).text,
      ]),
    });
    const was = await state();
    assert.match(was.gate, /at most 10 % of new points/);
    const points = lesson.decode(
      new URLSearchParams(new URL(page.url()).hash.slice(1)).get("points"),
    );
    assert.equal(points.filter(({ label }) => label === UNKNOWN).length, 1);
    assert.deepEqual(lesson.labelsOf(points), [0, 2]);

    await page.reload();
    await stage(page, "ready");
    assert.deepEqual(await state(), was);
    assert.equal(await page.inputValue('[name="scorer"]'), "knn");
    assert.ok(await page.isChecked('[name="layers"][value="32-32"]'));

    // Another address in the same tab.
    await page.evaluate(() => (location.hash = "#loss=logitNorm&tau=1"));
    await page.locator(".counts", { hasText: "120 points of 2 classes" }).waitFor();
    await stage(page, "ready");
    assert.equal(await page.locator('output[for="tau"]').textContent(), "1");

    // Erasing takes what is near.
    await page.click(".tools label:has-text('Erase')");
    await drag([
      [0.1, 0.5],
      [0.9, 0.5],
    ]);
    assert.ok(Number.parseInt(await counts(page), 10) < 120);
  });
});

test("unknown points raise the score where they lie, and too few points have no gate", async () => {
  const known = lesson.shape("clusters");
  const hash = (points, more = "") => `#points=${lesson.encode(points)}&scorer=auto${more}`;
  // Beside the lower right cluster, where the head alone sees nothing amiss.
  const beside = Array.from({ length: 24 }, (_, i) => ({
    x: lesson.quantised(0.48 + 0.04 * (i % 6)),
    y: lesson.quantised(-0.56 + 0.04 * Math.floor(i / 6)),
    label: UNKNOWN,
  }));
  const cells = [48 * GRID + 50, ...Array.from({ length: 10 }, (_, i) => 150 + 377 * i)];
  const scores = async (page) => {
    const found = [];
    for (const cell of cells) found.push((await read(page, 1, cell)).score);
    return found;
  };
  let without;
  await visit(hash(known), async (page) => {
    await stage(page, "ready");
    without = await scores(page);
  });
  await visit(hash([...known, ...beside]), async (page) => {
    await stage(page, "ready");
    assert.equal(await counts(page), "120 points of 3 classes, 24 unknown");
    const gains = (await scores(page)).map((score, i) => score - without[i]);
    assert.ok(gains[0] > 0.3 && gains.every((gain) => gain > -1e-3), `${gains}`);
    await page.screenshot({ path: `${OUTPUT}/playground-unknown.png`, fullPage: true });
  });
  await visit(hash(known.slice(0, 12)), async (page) => {
    await stage(page, "ready");
    await page.locator(".gate-line", { hasText: "to promise 5 % it takes 19 points" }).waitFor();
    await assertAccessible(page, "too few for a gate");
    await page.focus("#alpha");
    await page.keyboard.press("End");
    await page.locator(".gate-line", { hasText: "at most 20 %" }).waitFor();
  });
});

test("every scorer draws its map of these points, on a head that it suits", async () => {
  const points = lesson.shape("spirals");
  await visit(`#points=${lesson.encode(points)}&layers=8`, async (page) => {
    await stage(page, "ready");
    const names = await page
      .locator('[name="scorer"] option')
      .evaluateAll((options) => options.map(({ value }) => value));
    assert.ok(names.length >= 23 && names.includes("gradNorm"), `${names}`);
    for (const name of names) {
      await page.selectOption('[name="scorer"]', name);
      // What is read is another score's only once the map is this score's.
      await page.waitForFunction(
        ([scorer]) => document.querySelector("[data-scorer]")?.dataset.scorer === scorer,
        [name],
        { timeout: 90_000 },
      );
      assert.equal(await page.locator('[role="alert"]').count(), 0, name);
    }
    await page.selectOption('[name="scorer"]', "scale");
    await page.click(".controls label:has-text('none')");
    await stage(page, "ready");
    assert.equal(await page.inputValue('[name="scorer"]'), "auto");
  });
});

test("on a narrow dark touch screen nothing jumps, and a finger sets a point", async () => {
  const body = async (page) => {
    await stage(page, "ready");
    const before = Number.parseInt(await counts(page), 10);
    await plane(page).scrollIntoViewIfNeeded();
    const { x, y, width } = await plane(page).boundingBox();
    await page.touchscreen.tap(x + width / 2, y + width / 4);
    await page.locator(".counts", { hasText: `${before + 1} Punkte` }).waitFor();
    await stage(page, "ready");
    await assertFitsAndStands(page);
    await assertAccessible(page, "the playground in German, dark and narrow");
    await page.screenshot({ path: `${OUTPUT}/playground-narrow-dark.png`, fullPage: true });
  };
  await visit("", body, {
    viewport: { width: 360, height: 780 },
    colorScheme: "dark",
    hasTouch: true,
    async prepare(page) {
      await countJumps(page);
      await page.addInitScript(() => localStorage.setItem("oodgate-language", "de"));
    },
  });
});
