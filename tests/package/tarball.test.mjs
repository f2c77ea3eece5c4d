// The packed tarball itself: what is in it, and what importing it does.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { at } from "../../pkg/scripts/shell.mjs";
import { lint } from "../../pkg/scripts/tarball.mjs";
import { works } from "./consumers.mjs";
import { createProject } from "./project.mjs";

let project;

before(() => (project = createProject()));
after(() => project?.remove());

test("the tarball holds what a user needs and nothing else", () => {
  const docs = [
    "docs/bundlers.md", "docs/calibration.md", "docs/errors.md", "docs/files.md", "docs/fit-growth.svg",
    "docs/frameworks.md", "docs/onnx.md", "docs/ood.md", "docs/platforms.md", "docs/rows.md", "docs/rust.md",
    "docs/servers.md", "docs/training.md", "docs/unknowns.md",
  ];
  const texts = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY-LICENSES", ...docs];
  const wasm = ["cpu", "files", "webgpu"].map((name) => `wasm/${name}/oodgate_bg.wasm`);
  const dist = project.files.filter((file) => /^dist\/[a-z]+(\.d\.ts|\.js|\.js\.map)$/.test(file));
  assert.deepEqual(project.files.filter((file) => !dist.includes(file)).sort(), [...texts, ...wasm, "package.json", "scorers.json"].sort());
  const declarations = dist.filter((file) => file.endsWith(".d.ts"));
  assert.deepEqual(declarations.sort(), ["dist/index.d.ts", "dist/single.d.ts", "dist/storage.d.ts", "dist/worker.d.ts"]);

  const { exports } = JSON.parse(readFileSync(project.inside("node_modules", "oodgate", "package.json"), "utf8"));
  const targets = Object.values(exports).flatMap((target) => (typeof target === "string" ? target : Object.values(target)));
  assert.deepEqual(targets.filter((target) => !project.files.includes(target.slice("./".length))), [], "what is offered and not there");
  assert.deepEqual(readdirSync(project.inside("node_modules")).filter((name) => !name.startsWith(".")), ["oodgate"], "no runtime dependency");
});

for (const [what, file] of [["the Worker's script", "worker.js"], ["the entry for places without import()", "single.js"]]) {
  test(`${what} is one file by itself`, () => {
    const text = readFileSync(project.inside("node_modules", "oodgate", "dist", file), "utf8");
    // Bundlers whose Workers are classic scripts refuse import() there, and a copy of the file has nothing beside it.
    // A text that ends in "from" is none: behind the quote of an import its address begins.
    assert.deepEqual(text.match(/\bimport\s*[({*"'`]|\bfrom\s*["'`][\w@./]/g), null);
  });
}

test("bundlers keep the Worker's script when it is imported for its effect, and nothing else", async () => {
  const bundled = async (specifier) => {
    const stdin = { contents: `import "${specifier}";`, resolveDir: project.inside() };
    const { outputFiles } = await build({ stdin, bundle: true, write: false, format: "esm", minify: true, logLevel: "error" });
    return outputFiles[0].text.length;
  };
  assert.ok((await bundled("oodgate/worker")) > 50_000, "the Worker's script");
  for (const specifier of ["oodgate", "oodgate/single", "oodgate/storage"]) assert.equal(await bundled(specifier), 0, specifier);
});

test("an uncaught rejection shows a short line, and its TypeScript where source maps are on", () => {
  const script = 'import { createHead } from "oodgate"; await createHead({ features: 0, classes: 2 });';
  const shown = (...flags) => {
    const { status, stderr } = spawnSync(process.execPath, [...flags, "--input-type=module", "-e", script], {
      cwd: project.inside(), encoding: "utf8",
    });
    assert.equal(status, 1);
    return stderr;
  };
  const lengths = shown().split("\n").map((line) => line.length);
  assert.ok(Math.max(...lengths) <= 250, `a line of ${Math.max(...lengths)} characters`);
  assert.match(shown("--enable-source-maps"), /src\/core\/[\w-]+\.ts:\d+/);
});

test("publint and attw find nothing wrong with it", () => lint(project.tarball));

test("importing does nothing", () => {
  const script = `
    const touched = [];
    for (const name of ["fetch", "navigator", "window", "document", "Worker", "indexedDB"]) {
      Object.defineProperty(globalThis, name, { configurable: true, get() { touched.push(name); } });
    }
    await import("oodgate");
    await import("oodgate/storage");
    await import("oodgate/single");
    console.log(JSON.stringify(touched));
  `;
  assert.equal(project.node(["--input-type=module", "-e", script]).trim(), "[]");
});

// The newest compiler, and the oldest that the declarations are written for: docs/bundlers.md names it.
for (const compiler of ["typescript", "typescript57"]) test(`a strict project compiles with ${compiler}`, () => {
  const use = `
    import { createHead, init, loadHead, type Features, type Head, type InitOptions } from "oodgate";
    import { download, storage, upload, type StoredHead } from "oodgate/storage";
    const halves: Features = { data: new Uint16Array(2), dims: [1, 2] };
    const rows: Features[] = [new Float64Array(2), new Float32Array(2), [[1, 2]], halves];
    const options: InitOptions = { wasm: "cpu.wasm", filesWasm: new Uint8Array(8), worker: new URL("https://example.org/worker.js") };
    export async function use(file: File): Promise<StoredHead[]> {
      await init(options);
      using head: Head = await createHead({ features: 2, classes: 2, worker: true });
      for (const x of rows) await head.logits(x);
      await storage.put("one", head);
      const bytes: Uint8Array<ArrayBuffer> = await head.save();
      await download(await loadHead(bytes, { backend: "cpu" }));
      const again: Head | undefined = await storage.get("one", { worker: true });
      (again ?? (await upload(file))).dispose();
      return storage.list();
    }
  `;
  const compilerOptions = {
    noEmit: true, strict: true, skipLibCheck: false, exactOptionalPropertyTypes: true,
    module: "NodeNext", target: "ES2022", lib: ["ES2022", "DOM"], types: [],
  };
  project.write("types", { "use.ts": use, "tsconfig.json": JSON.stringify({ compilerOptions, files: ["use.ts"] }) });
  project.node([at("node_modules", compiler, "bin", "tsc"), "-p", "."], "types");
  works("a strict TypeScript project");
});
