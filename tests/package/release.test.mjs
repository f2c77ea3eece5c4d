// The release script on the package as it is built: it says what would be published.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { changelogEntry } from "../../pkg/scripts/release.mjs";
import { at } from "../../pkg/scripts/shell.mjs";

const { version } = JSON.parse(readFileSync(at("pkg", "package.json"), "utf8"));

test("the release script checks, packs and prints, and publishes nothing", { timeout: 120_000 }, () => {
  const printed = execFileSync(process.execPath, [at("pkg", "scripts", "release.mjs"), "--built"], { cwd: at(), encoding: "utf8" });
  for (const words of [`oodgate ${version}, commit `, "wasm/cpu/oodgate_bg.wasm", "dist/index.d.ts", "sha512-", "Nothing was published."]) {
    assert.ok(printed.includes(words), `"${words}" is missing in:\n${printed}`);
  }
});

test("a version without a changelog entry is not released", () => {
  assert.ok(changelogEntry(version).length > 0);
  assert.throws(() => changelogEntry("999.0.0"), /nothing under "## 999\.0\.0"/);
});
