// The packed tarball itself: what is in it, and what importing it does.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { at } from "../../pkg/scripts/shell.mjs";
import { lint } from "../../pkg/scripts/tarball.mjs";
import { createProject } from "./project.mjs";
import { recipe } from "./recipe.mjs";

let project;

before(() => (project = createProject()));
after(() => project?.remove());

test("the tarball holds what a user needs and nothing else", () => {
  const docs = ["docs/bundlers.md", "docs/errors.md", "docs/files.md", "docs/ood.md"];
  const texts = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", ...docs];
  const code = ["dist/index.js", "dist/index.d.ts", "wasm/cpu/oodgate_bg.wasm", "wasm/webgpu/oodgate_bg.wasm"];
  for (const needed of [...texts, ...code]) assert.ok(project.files.includes(needed), `${needed} is missing`);
  const expected = /^(dist|wasm)\/|^(README|CHANGELOG)\.md$|^LICENSE-|^package\.json$/;
  assert.deepEqual(project.files.filter((file) => !expected.test(file) && !docs.includes(file)), []);
  assert.deepEqual(readdirSync(project.inside("node_modules")).filter((name) => !name.startsWith(".")), ["oodgate"], "no runtime dependency");
});

test("publint and attw find nothing wrong with it", () => lint(project.tarball));

test("importing does nothing", () => {
  const script = `
    const touched = [];
    for (const name of ["fetch", "navigator", "window", "document", "Worker"]) {
      Object.defineProperty(globalThis, name, { configurable: true, get() { touched.push(name); } });
    }
    await import("oodgate");
    console.log(JSON.stringify(touched));
  `;
  assert.equal(project.node(["--input-type=module", "-e", script]).trim(), "[]");
});

test("a strict TypeScript project compiles against it", () => {
  const { "oodgate.js": wrapper, "wasm.d.ts": declaration } = recipe("esbuild");
  project.write("types", {
    "oodgate.ts": wrapper,
    "wasm.d.ts": declaration,
    "use.ts": 'import { createHead, type Head } from "oodgate";\nexport const head: Promise<Head> = createHead({ features: 2, classes: 2 });\n',
  });
  const flags = ["--noEmit", "--strict", "--skipLibCheck", "false", "--module", "NodeNext", "--target", "ES2022", "--lib", "ES2022,DOM", "--types", ""];
  project.node([at("node_modules", "typescript", "bin", "tsc"), ...flags, "use.ts", "oodgate.ts", "wasm.d.ts"], "types");
});
