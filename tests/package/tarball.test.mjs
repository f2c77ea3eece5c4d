// The packed tarball, installed in empty folders as a user would: used from Node, type-checked, and built by Vite into a page.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { serve } from "../../pkg/scripts/serve.mjs";
import { at } from "../../pkg/scripts/shell.mjs";

/** Trains a head on two blobs and answers what a caller would look at. */
const program = `
  import { createHead, metrics } from "oodgate";
  export async function use(backend) {
    const rows = Float32Array.from({ length: 400 }, (_, index) => Math.sin(index * 12.9898) * 0.3 + ((index >> 3) % 2 === index % 2 ? 1 : 0));
    const labels = Array.from({ length: 50 }, (_, row) => ["left", "right"][row % 2]);
    const head = await createHead({ features: 8, classes: ["left", "right"], backend });
    const { accuracy } = await head.fit(rows, labels, { epochs: 20, batchSize: 10 });
    const known = await head.oodScore(rows);
    const unknown = await head.oodScore(new Float32Array(400).fill(1));
    const auroc = metrics.auroc(known, unknown);
    head.dispose();
    return { accuracy, auroc, backend: head.backend };
  }
`;

let folder;
let files;

before(() => {
  folder = mkdtempSync(path.join(tmpdir(), "oodgate-consumer-"));
  const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], { cwd: at("pkg"), encoding: "utf8" });
  // The scripts that run before packing may print, too.
  const [{ filename, files: list }] = JSON.parse(packed.slice(packed.indexOf("[\n")));
  files = list.map((file) => file.path);
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--offline", path.join(folder, filename)], { cwd: folder });
  writeFileSync(path.join(folder, "use.js"), program);
});

after(() => rmSync(folder, { recursive: true, force: true }));

test("the tarball holds what a user needs and nothing else", () => {
  for (const needed of ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "docs/ood.md", "dist/index.js", "dist/index.d.ts", "wasm/cpu/oodgate_bg.wasm", "wasm/webgpu/oodgate_bg.wasm"]) {
    assert.ok(files.includes(needed), `${needed} is missing`);
  }
  assert.deepEqual(files.filter((file) => !/^(dist|wasm)\/|^docs\/ood\.md$|^(README|CHANGELOG)\.md$|^LICENSE-|^package\.json$/.test(file)), []);
  assert.deepEqual(readdirSync(path.join(folder, "node_modules")).filter((name) => !name.startsWith(".")), ["oodgate"], "no runtime dependency");
});

test("importing does nothing", () => {
  const script = `
    const touched = [];
    for (const name of ["fetch", "navigator", "window", "document", "Worker"]) {
      Object.defineProperty(globalThis, name, { configurable: true, get() { touched.push(name); } });
    }
    await import("oodgate");
    console.log(JSON.stringify(touched));
  `;
  assert.equal(execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: folder, encoding: "utf8" }).trim(), "[]");
});

test("Node trains and scores on the CPU", () => {
  const script = 'console.log(JSON.stringify(await (await import("./use.js")).use("auto")))';
  const { accuracy, auroc, backend } = JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: folder, encoding: "utf8" }));
  assert.equal(backend, "cpu");
  assert.ok(accuracy > 0.9 && auroc >= 0 && auroc <= 1, `accuracy ${accuracy}, AUROC ${auroc}`);
});

test("Node's metrics answer without a head", () => {
  const script = 'import { metrics } from "oodgate"; console.log(metrics.auroc([1, 2], [2, 3]))';
  assert.equal(execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: folder, encoding: "utf8" }).trim(), "0.875");
});

test("a strict TypeScript project compiles against it", () => {
  mkdirSync(path.join(folder, "types"));
  writeFileSync(path.join(folder, "types", "use.ts"), 'import { createHead, type Head } from "oodgate";\nexport const head: Promise<Head> = createHead({ features: 2, classes: 2 });\n');
  const flags = ["--noEmit", "--strict", "--skipLibCheck", "false", "--module", "NodeNext", "--target", "ES2022", "--lib", "ES2022,DOM", "--types", ""];
  execFileSync(process.execPath, [at("node_modules", "typescript", "bin", "tsc"), ...flags, "use.ts"], { cwd: path.join(folder, "types"), stdio: "pipe" });
});

test("a Vite build trains and scores in a page, on both backends", async () => {
  const app = path.join(folder, "vite-app");
  mkdirSync(app);
  writeFileSync(path.join(app, "index.html"), '<!doctype html><link rel="icon" href="data:,"><script type="module" src="../main.js"></script>');
  writeFileSync(path.join(folder, "main.js"), 'import { use } from "./use.js"; globalThis.use = use;');
  // The tool is the workspace's; the package is the folder's own.
  symlinkSync(at("node_modules", "vite"), path.join(folder, "node_modules", "vite"), "dir");
  execFileSync(process.execPath, [path.join(folder, "node_modules", "vite", "bin", "vite.js"), "build", "--logLevel", "error"], { cwd: app });
  const assets = readdirSync(path.join(app, "dist", "assets")).filter((name) => name.endsWith(".wasm"));
  assert.equal(assets.length, 2, `each wasm file once, got ${assets}`);

  const server = await serve({ mounts: { "/": path.join(app, "dist") } });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const requests = [];
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(server.url);
    await page.waitForFunction("globalThis.use");
    assert.deepEqual(requests.filter((url) => url.endsWith(".wasm")), [], "nothing is fetched before it is needed");
    for (const backend of ["cpu", "webgpu"]) {
      const result = await page.evaluate((name) => globalThis.use(name), backend);
      assert.equal(result.backend, backend);
      assert.ok(result.accuracy > 0.9, `${backend}: accuracy ${result.accuracy}`);
      const fetched = requests.filter((url) => url.endsWith(".wasm")).length;
      assert.equal(fetched, backend === "cpu" ? 1 : 2, "the WebGPU file is fetched only when it is used");
    }
  } finally {
    await browser.close();
    await server.close();
  }
});
