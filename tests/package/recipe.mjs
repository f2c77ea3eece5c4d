// The recipes of the docs: what a reader copies is what the tests build.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { at } from "../../pkg/scripts/shell.mjs";

/** The files of the section with this heading, { name: text }: its code blocks that name a file after their language. */
export function recipe(heading, document = "bundlers.md") {
  const sections = readFileSync(at("docs", document), "utf8").split(/^## /m);
  const section = sections.find((text) => text.startsWith(`${heading}\n`));
  assert.ok(section, `docs/${document} has no section "${heading}"`);
  const files = [...section.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)].map(([, name, text]) => [name, text]);
  assert.ok(files.length > 0, `"${heading}" in docs/${document} shows no file`);
  return Object.fromEntries(files);
}
