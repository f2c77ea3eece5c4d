// What a page looked like when a test failed on it.

import path from "node:path";
import { at } from "../../pkg/scripts/shell.mjs";

let count = 0;

/**
 * Runs `body` on a page. If it fails, the page's text is printed and a screenshot kept in
 * tests/output/failed; with OODGATE_TRACE=1 a trace too, which
 * `npx playwright-core show-trace --port 0` shows. Traces make the tests take a third more time.
 * @param {import("playwright-core").Page} page
 * @param {() => Promise<void>} body
 */
export async function withEvidence(page, body) {
  const { tracing } = page.context();
  const isTraced = process.env.OODGATE_TRACE === "1";
  if (isTraced) await tracing.start({ screenshots: true, snapshots: true, sources: true });
  try {
    await body();
  } catch (error) {
    count += 1;
    const test = path.basename(process.argv[1], ".test.mjs");
    const name = at("tests", "output", "failed", `${test}-${count}`);
    // A page that has crashed shows nothing: what failed before is what matters.
    const shown = page.screenshot({ path: `${name}.png`, fullPage: true, timeout: 30_000 });
    const taken = await shown.then(() => [`${name}.png`], () => []);
    if (isTraced) {
      await tracing.stop({ path: `${name}.zip` });
      taken.push(`${name}.zip`);
    }
    console.log(`The page on which a test failed: ${taken.join(", ") || "it has crashed"}`);
    if (taken.length > 0) console.log(await page.locator("body").innerText());
    throw error;
  }
}
