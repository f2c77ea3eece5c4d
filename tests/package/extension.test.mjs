// The packed package in the service worker of an unpacked browser extension, where import() is forbidden.

import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { findChromium } from "../../pkg/scripts/chromium.mjs";
import { at } from "../../pkg/scripts/shell.mjs";
import { works } from "./consumers.mjs";
import { createProject, program } from "./project.mjs";
import { recipe } from "./recipe.mjs";
import { checkAnswer } from "./visit.mjs";

const { chromium } = createRequire(at("tests", "package.json"))("playwright-core");

let project;
let context;
let worker;

before(async () => {
  project = createProject();
  const { "manifest.json": manifest, "background.js": background } = recipe("In a browser extension");
  const use = program("./oodgate/dist/single.js").replace("import { createHead", 'export * from "./oodgate/dist/single.js";\nimport { createHead');
  const expose = '\nimport * as oodgate from "./use.js";\nObject.assign(globalThis, oodgate);\n';
  project.write("extension", { "manifest.json": manifest, "background.js": `${background}${expose}`, "use.js": use });
  cpSync(project.inside("node_modules", "oodgate"), project.inside("extension", "oodgate"), { recursive: true });
  const extension = project.inside("extension");
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  // Extensions live in a profile of their own, not in the pages that a test opens.
  context = await chromium.launchPersistentContext(project.inside("profile"), {
    executablePath: findChromium(),
    headless: true,
    ignoreDefaultArgs: ["--disable-extensions"],
    args: [`--disable-extensions-except=${extension}`, `--load-extension=${extension}`, ...sandbox],
  });
  worker = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker", { timeout: 60_000 }));
});

after(async () => {
  await context?.close();
  project?.remove();
});

test("an extension's service worker trains, saves, loads, stores and gates", { timeout: 120_000 }, async () => {
  checkAnswer(await worker.evaluate(() => globalThis.use("cpu", { saved: true })), "cpu");
  const seen = await worker.evaluate(async () => {
    const { createHead, storage } = globalThis;
    const rows = Float32Array.from({ length: 400 }, (_, index) => Math.sin(index * 12.9898) + ((index >> 3) % 2 === index % 2 ? 3 : 0));
    const labels = Array.from({ length: 50 }, (_, row) => ["left", "right"][row % 2]);
    const head = await createHead({ features: 8, classes: ["left", "right"] });
    await head.fit(rows, labels, { epochs: 5 });
    await head.calibrate(rows, labels, { scorer: "msp" });
    await storage.put("one", head);
    const again = await storage.get("one", { backend: "cpu" });
    const { accepted } = await again.gate(rows);
    const model = await again.exportOnnx();
    const worker = await createHead({ features: 8, classes: 2, worker: true }).catch(({ code, message }) => [code, message]);
    return { accepted: accepted.length, model: model.length, names: (await storage.list()).map(({ name }) => name), worker };
  });
  assert.deepEqual([seen.accepted, seen.names], [50, ["one"]]);
  assert.ok(seen.model > 500, "an ONNX model");
  assert.deepEqual(seen.worker, ["invalid-option", "options.worker: expected an environment that has Workers, got one without"]);
  works("an extension's service worker");
});
