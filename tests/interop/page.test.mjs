// In a page: what a transformers.js pipeline answers is features as it is (its web build, with the tiny model of tiny_bert.py), and
// exported models say on onnxruntime-web's WebGPU what the gate says.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { at } from "../../pkg/scripts/shell.mjs";
import { needBuild } from "../lib/page.mjs";
import { inPage, miniLm } from "./in-page.mjs";

needBuild();

for (const backend of ["cpu", "webgpu"]) {
  test(`${backend}: sentences become features become verdicts`, { timeout: 120_000 }, async () => {
    const result = await inPage("transformers-page.mjs", (name) => globalThis.use(name), backend);
    assert.deepEqual(result.dims, [[48, 16], [1, 16]]);
    assert.ok(result.accuracy > 0.9, `accuracy ${result.accuracy}`);
    assert.equal(result.rows, 48);
    assert.deepEqual(result.label, ["money"]);
    const [scores, ...others] = result.scores;
    assert.equal(scores.length, 48);
    for (const other of others) assert.deepEqual(other, scores, "whatever the form");
    assert.ok(Math.abs(result.first[0] - scores[0]) < 1e-5, "a row of a tensor is a row");
    assert.equal(result.kept, 48 * 16, "the caller's tensor is the caller's");
    const { unpooled } = result.refusals;
    assert.match(unpooled, /^invalid-features: features\.dims: expected \[rows, 16\] or \[16\], got 3 dimensions/);
    assert.match(result.refusals["another width"], /^invalid-features: features\.dims: expected \[rows, 16\].*got \[48, 7\]/);
    const otherType = result.refusals["numbers of another type"];
    assert.match(otherType, /^invalid-features: features\.data: expected a Float32Array, .*got/);
  });
}

test("README's example says what README says", { timeout: 120_000 }, async (t) => {
  if (!existsSync(miniLm)) {
    assert.ok(!process.env.CI, "CI needs the language model");
    return t.skip("NOT RUN: the language model is not there; the set-up could not fetch it");
  }
  const [, code] = readFileSync(at("README.md"), "utf8").match(/^```js page\n([^]*?)^```$/m);
  mkdirSync(at("target", "readme"), { recursive: true });
  writeFileSync(at("target", "readme", "example.mjs"), code);
  const printed = await inPage("readme-page.mjs", (url) => globalThis.runExample(url), "/readme/example.mjs");
  t.diagnostic(printed.join("; "));
  assert.match(printed[0], /^alarm, \d+ %$/);
  assert.equal(printed[1], "none of these");
});

test("every scorer's model says on WebGPU what the gate says", { timeout: 480_000 }, async () => {
  assert.equal(await inPage("webgpu-page.mjs", () => globalThis.compareAll()), 22);
});
