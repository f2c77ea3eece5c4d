// Accessibility by axe-core: what it finds on a page as it stands.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { at } from "../../pkg/scripts/shell.mjs";

const source = readFileSync(
  createRequire(at("www", "package.json")).resolve("axe-core/axe.min.js"),
  "utf8",
);

/**
 * Fails on any finding, of whatever severity. The page's own policy lets no script of ours in but
 * by the debugger.
 */
export async function assertAccessible(page, state) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(source);
  const findings = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help} (${nodes.map(({ target }) => target.join(" ")).join(", ")})`,
    );
  });
  assert.deepEqual(findings, [], `axe on ${state}`);
}
