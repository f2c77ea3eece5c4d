// The page of text intents, driven like a user.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { visitPage } from "./site.mjs";

export { assertFitsAndStands, countJumps, OUTPUT } from "./site.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

/** Opens the page of text intents with these settings and hands it to `body`. */
export const visit = (hash, body, options) =>
  visitPage(
    browser,
    `text/${hash}`,
    async (page) => {
      await page.locator('#load[data-state="done"]').waitFor();
      await body(page);
    },
    options,
  );

export const text = (page, id) => page.locator(`#${id}`).textContent();
/** The number in an element's text; the page writes minus signs and thousands as people do. */
export const number = async (page, id) =>
  Number.parseFloat((await text(page, id)).replace("\u2212", "-").replaceAll(",", ""));
export const settled = (page) =>
  page
    .locator('body:not(.training) #gate-section[data-state="ready"]:not([aria-busy])')
    .waitFor({ timeout: 120_000 });

export async function trainToTheEnd(page) {
  await page.click("#train");
  await settled(page);
  assert.equal(await text(page, "train-error"), "");
  assert.equal(await text(page, "score-error"), "");
}
