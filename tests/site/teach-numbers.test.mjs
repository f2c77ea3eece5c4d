// The Teach page with rows of numbers.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { assertAccessible } from "./axe.mjs";
import { OUTPUT } from "./site.mjs";
import { runSnippet } from "./snippets.mjs";
import { card, learned, visitTeach } from "./teach.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

/** Bell-shaped, the same each time. */
function* normals(seed) {
  let state = seed;
  const uniform = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (;;) yield Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Fruit by weight (g), length (m) and sweetness: columns of very different size. */
const FRUIT = { apple: [180, 0.08, 11], lemon: [120, 0.09, 3], melon: [1500, 0.2, 9] };
const SPREAD = [15, 0.006, 0.8];

function table(rows, separator = ",") {
  const normal = normals(7);
  const lines = [["weight", "length", "sweetness", "fruit"].join(separator)];
  for (const [name, means] of Object.entries(FRUIT)) {
    for (let i = 0; i < rows; i++)
      lines.push(
        [
          ...means.map((mean, j) => (mean + SPREAD[j] * normal.next().value).toPrecision(5)),
          `"${name}"`,
        ].join(separator),
      );
  }
  return lines.join("\r\n");
}

const open = (page, text) =>
  page
    .locator('.table-tools input[type="file"]')
    .setInputFiles({ name: "fruit.csv", mimeType: "text/csv", buffer: Buffer.from(text) });

async function ask(page, values) {
  for (const [i, value] of values.entries())
    await page.locator(".number-fields input").nth(i).fill(String(value));
}

const verdict = (page, words) =>
  page.locator(".verdict-name", { hasText: words }).waitFor({ timeout: 90_000 });

test("a table is learned, with classes by name, and an unlike row is none of these", async () => {
  await visitTeach(browser, async (page) => {
    await page.click("text=Numbers");
    await assertAccessible(page, "no numbers yet");
    await open(page, "weight,length\n1,2\n3,4");
    await page
      .locator(".table-tools", { hasText: "No column of this file holds classes" })
      .waitFor();
    await open(page, `${table(40, ";")}\r\n;;4;apple\r\n`);
    await page.locator(".table-tools", { hasText: "without 1 row that lack" }).waitFor();
    for (const name of Object.keys(FRUIT))
      await card(page, name).locator(".count", { hasText: "40 rows" }).waitFor();
    await learned(page);
    for (const [name, means] of Object.entries(FRUIT)) {
      await ask(page, means);
      await verdict(page, name);
    }
    await page.screenshot({ path: `${OUTPUT}/teach-numbers.png` });
    await assertAccessible(page, "numbers");
    // As heavy as an apple, as long as a melon, as sour as a lemon.
    await ask(page, [180, 0.2, 3]);
    await verdict(page, "None of these");

    await card(page, "apple").locator(".words-input input").fill("1, 2");
    await page.keyboard.press("Enter");
    await page
      .locator(".table-tools", { hasText: "A row of this project has 3 numbers" })
      .waitFor();
    await card(page, "apple").locator(".words-input input").fill("181, 0.081, 11.2");
    await page.keyboard.press("Enter");
    await card(page, "apple").locator(".count", { hasText: "41 rows" }).waitFor();

    await learned(page);
    await runSnippet(page, async (visitor, says) => {
      const type = async (row) => {
        await visitor.fill("input", row);
        await visitor.keyboard.press("Enter");
      };
      await type("1500, 0.2, 9");
      await says("melon (p = ");
      await type("180, 0.2, 3");
      await says("none of these (p = ");
    });
    await page.screenshot({ path: `${OUTPUT}/teach-export.png`, fullPage: true });
    await assertAccessible(page, "the export");

    await page.locator('[data-saving="saved"]').waitFor({ state: "attached" });
    await page.reload();
    await card(page, "apple").locator(".count", { hasText: "41 rows" }).waitFor();
    assert.deepEqual(await page.locator(".number-fields label").allTextContents(), [
      "weight",
      "length",
      "sweetness",
    ]);
  });
});

test("a head that is still in training when another project is opened is not shown there", async () => {
  const prepare = (page) =>
    page.route("**/worker-*.js", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await route.continue();
    });
  const body = async (page) => {
    await page.click("text=Numbers");
    await page.locator(".table-tools").waitFor();
    await open(page, table(40));
    // The empty project is saved before the table is read, and asks for no Worker.
    await card(page, "apple").locator(".count", { hasText: "40 rows" }).waitFor();
    await learned(page);
    await page.locator('[data-saving="saved"]').waitFor({ state: "attached" });
    // Its training begins with the page, and is under way when the other project is there.
    const begun = page.waitForRequest(/worker-/);
    await page.reload();
    await begun;
    await page.click("text=Words");
    await card(page, "Class 1").locator(".count", { hasText: "0 sentences" }).waitFor();
    await page.waitForTimeout(4000);
    assert.equal(await page.locator("[data-lesson]").getAttribute("data-lesson"), "idle");
  };
  await visitTeach(browser, body, { prepare, serviceWorkers: "block" });
});
