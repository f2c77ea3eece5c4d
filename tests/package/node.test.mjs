// The packed package in Node: the CPU engine, its wasm found beside the script or handed over.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { works } from "./consumers.mjs";
import { createProject, program } from "./project.mjs";
import { checkAnswer } from "./visit.mjs";

let project;

before(() => {
  project = createProject();
  project.write(".", { "use.js": program() });
});
after(() => project?.remove());

const printed = (script) => project.node(["--input-type=module", "-e", script]).trim();

test("Node trains and scores on the CPU", () => {
  checkAnswer(JSON.parse(printed('console.log(JSON.stringify(await (await import("./use.js")).use("auto")))')), "cpu");
});

test("Node saves a head and loads it", () => {
  const script = 'console.log(JSON.stringify(await (await import("./use.js")).use("cpu", { saved: true })))';
  checkAnswer(JSON.parse(printed(script)), "cpu");
  works("Node");
});

test("Node has no Worker, no IndexedDB and no page, and says so", () => {
  const script = `
    import { createHead } from "oodgate";
    import { download, storage } from "oodgate/storage";
    const refusal = (call) => call.then(() => "no refusal", ({ name, code, message }) => [name, code, message]);
    const options = { features: 8, classes: 2, worker: true };
    const calls = [createHead(options), storage.list(), download(new Uint8Array(9))];
    console.log(JSON.stringify(await Promise.all(calls.map(refusal))));
  `;
  const [[, ...worker], [, ...database], [, ...page]] = JSON.parse(printed(script));
  assert.deepEqual(worker, ["invalid-option", "options.worker: expected an environment that has Workers, got one without"]);
  assert.equal(database[0], "storage-unavailable");
  assert.deepEqual(page, ["storage-unavailable", "a download can only be started by a page: expected one, got a Worker or Node"]);
});

test("Node's metrics answer without a head", () => {
  assert.equal(printed('import { metrics } from "oodgate"; console.log(metrics.auroc([1, 2], [2, 3]))'), "0.875");
});

for (const [form, source] of [
  ["a file: URL", "file"],
  ["bytes", "readFileSync(file)"],
  ["a compiled module", "new WebAssembly.Module(readFileSync(file))"],
]) {
  test(`Node takes the wasm as ${form}`, () => {
    const script = `
      import { readFileSync } from "node:fs";
      import { init } from "oodgate";
      import { use } from "./use.js";
      const [cpu, files] = ["cpu", "files"].map((name) => new URL(import.meta.resolve("oodgate/" + name + ".wasm")));
      const handed = (file) => ${source};
      await init({ wasm: handed(cpu), filesWasm: handed(files) });
      console.log(JSON.stringify(await use("cpu", { saved: true })));
    `;
    checkAnswer(JSON.parse(printed(script)), "cpu");
    works("Node with its wasm handed over");
  });
}

test("CommonJS gets the package by import()", () => {
  const script = 'import("oodgate").then(({ createHead }) => console.log(typeof createHead));';
  assert.equal(project.node(["--input-type=commonjs", "-e", script]).trim(), "function");
  works("CommonJS");
});
