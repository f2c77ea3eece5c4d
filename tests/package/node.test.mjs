// The packed package in Node: the CPU engine, its wasm found beside the script or handed over.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
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
      const file = new URL(import.meta.resolve("oodgate/cpu.wasm"));
      await init({ wasm: ${source} });
      console.log(JSON.stringify(await use("cpu")));
    `;
    checkAnswer(JSON.parse(printed(script)), "cpu");
  });
}

test("CommonJS gets the package by import()", () => {
  const script = 'import("oodgate").then(({ createHead }) => console.log(typeof createHead));';
  assert.equal(project.node(["--input-type=commonjs", "-e", script]).trim(), "function");
});
