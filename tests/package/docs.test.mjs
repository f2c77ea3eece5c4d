// README and docs: links lead somewhere, README stays short, and the code runs. A block of `js` runs
// by itself in Node, among the names below; one that names a file is a recipe of another test; `js
// page` needs a page, and page.test.mjs runs README's.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import * as oodgate from "oodgate";
import * as ort from "onnxruntime-web";
import { at } from "../../pkg/scripts/shell.mjs";
import { uniform } from "../lib/random.mjs";

const root = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
const pages = readdirSync(at("docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`);
const texts = new Map([...root, ...pages].map((name) => [name, readFileSync(at(name), "utf8")]));

/** A heading's address, as code hosts make it. */
const anchor = (heading) => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
const withoutCode = (text) => text.replace(/^```[^]*?^```$/gm, "");
const anchors = (text) => [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchor(heading));

test("links lead to pages, and to headings that are there", () => {
  const broken = [];
  for (const [name, text] of texts) {
    for (const [, link] of withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [target, heading] = link.split("#");
      const file = target === "" ? name : path.posix.join(path.posix.dirname(name), target);
      const there = existsSync(at(file));
      const text = there && file.endsWith(".md") ? (texts.get(file) ?? readFileSync(at(file), "utf8")) : "";
      if (!there || (heading !== undefined && !anchors(text).includes(heading))) broken.push(`${name}: ${link}`);
    }
  }
  assert.deepEqual(broken, []);
});

test("docs are listed, and README is short", () => {
  const index = texts.get("docs/README.md");
  const unlisted = pages.filter((name) => name !== "docs/README.md" && !index.includes(`(${path.basename(name)})`));
  assert.deepEqual(unlisted, [], "pages that docs/README.md does not list");
  assert.ok(texts.get("README.md").trimEnd().split("\n").length <= 100, "README has at most 100 lines");
});

const classes = ["invoice", "reminder"];

/** What a page's reader would have: a head that was taught, rows and labels. */
async function names(head) {
  const width = 384;
  const random = uniform(4);
  const rows = (count) => {
    const features = new Float32Array(count * width);
    for (let index = 0; index < features.length; index++) {
      const row = Math.floor(index / width);
      features[index] = random() - 0.5 + (index % width % 2 === row % 2 ? 1 : 0);
    }
    return features;
  };
  const labels = Array.from({ length: 60 }, (_, row) => classes[row % 2]);
  const features = rows(60);
  const newFeatures = rows(60);
  await head.fit(features, labels, { epochs: 5 });
  await head.calibrate();
  const heldOut = { trainingFeatures: features, trainingLabels: labels, heldOut: newFeatures, heldOutLabels: labels };
  const few = { more: rows(3), moreLabels: ["complaint", "complaint", "complaint"], spam: rows(5), frames: rows(40) };
  const groups = labels.map((_, row) => Math.floor(row / 4));
  const file = await head.save();
  const model = await head.exportOnnx({ includeTrainingRows: true });
  const fetch = async () => new Response(file);
  // A language model's session and the tokens of two texts.
  const last_hidden_state = new ort.Tensor("float32", rows(12), [2, 6, width]);
  const tokens = { attention_mask: new ort.Tensor("int64", BigInt64Array.from({ length: 12 }, () => 1n), [2, 6]) };
  const backbone = { run: async () => ({ last_hidden_state }) };
  const named = { width, classes, labels, groups, features, newFeatures, rows: newFeatures, fetch, model, ort, tokens, backbone };
  return { ...oodgate, ...named, ...heldOut, ...few };
}

const AsyncFunction = (async () => {}).constructor;

for (const [name, text] of texts) {
  const blocks = [...text.matchAll(/^```js\n([^]*?)^```$/gm)];
  if (blocks.length === 0) continue;
  test(`the code of ${name} runs`, async () => {
    for (const [, code] of blocks) {
      const head = await oodgate.createHead({ features: 384, classes });
      const given = { ...(await names(head)), head };
      // As in a module: imports are among the names, and a block may name its own as it likes.
      const body = code.replace(/^import .*;\n/gm, "");
      try {
        await new AsyncFunction(...Object.keys(given), `{\n${body}\n}`)(...Object.values(given));
      } catch (error) {
        throw new Error(`${name}: ${error.message}\n${code}`, { cause: error });
      } finally {
        head.dispose();
      }
    }
  });
}
