// The packed package, built into a page by the tools that people use, with the settings that docs/bundlers.md gives and no other.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, describe, test } from "node:test";
import * as vite8 from "vite";
import * as vite7 from "vite7";
import webpack from "webpack";
import { launch } from "../../pkg/scripts/browser.mjs";
import { serve } from "../../pkg/scripts/serve.mjs";
import { works } from "./consumers.mjs";
import { createProject, program, threads } from "./project.mjs";
import { recipe } from "./recipe.mjs";
import { checkPage, checkSteps, everywhere, visit } from "./visit.mjs";

let project;
let browser;

before(async () => {
  project = createProject();
  project.lend("vite", "vite7", "esbuild", "rollup", "@rollup/plugin-node-resolve", "@web/rollup-plugin-import-meta-assets");
  browser = await launch();
});

after(async () => {
  await browser?.close();
  project?.remove();
});

/** The sub-folder of a tool's project. */
const folderOf = (tool) => `with-${tool.toLowerCase().replace(" ", "-")}`;

/** Writes the program and its worker, and the recipe's own files over them. */
function prepare(tool) {
  project.write(folderOf(tool), { ...threads("oodgate"), ...recipe(tool) });
  return folderOf(tool);
}

/** Which of the package's wasm files lie in the built folder. */
const wasmFilesIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".wasm"))
    .map((name) => project.wasmFile(path.join(folder, name)))
    .sort();

function checks(tool, { root = ".", build }) {
  // A worker that never answers must not hold up the run.
  describe(tool, { timeout: 240_000 }, () => {
    const served = () => ({ browser, project, mounts: { "/": project.inside(folderOf(tool), root) } });
    test("builds, each wasm file once", async () => {
      const where = prepare(tool);
      await build(where);
      assert.deepEqual(wasmFilesIn(project.inside(where, "dist")), project.wasmFiles);
    });
    test("in a window", () => checkPage(served()));
    test("in a worker", async () => {
      await checkPage({ ...served(), thread: true });
      works(tool);
    });
  });
}

for (const [tool, name, { createServer }] of [["Vite", "vite", vite8], ["Vite 7", "vite7", vite7]]) {
  checks(tool, { root: "dist", build: (where) => project.node([`../node_modules/${name}/bin/vite.js`, "build", "--logLevel", "error"], where) });

  test(`${tool}: its dev server`, { timeout: 240_000 }, async () => {
    const cacheDir = project.inside(`cache-of-${name}`);
    const options = { host: "127.0.0.1", port: 0, hmr: false, watch: null };
    const server = await createServer({ root: project.inside(folderOf(tool)), cacheDir, logLevel: "error", server: options });
    try {
      await server.listen();
      await visit(browser, server.resolvedUrls.local[0], (page) => checkSteps(page, everywhere));
      works(`${tool}'s dev server`);
    } finally {
      await server.close();
    }
  });
}

test("Vite 7: heads in Workers need no setting for Workers", { timeout: 240_000 }, async () => {
  const { "index.html": index } = recipe("Vite 7");
  const main = 'import { use } from "./use.js";\nglobalThis.use = use;\n';
  project.write("with-vite-7-alone", { "index.html": index, "main.js": main, "use.js": program() });
  project.node(["../node_modules/vite7/bin/vite.js", "build", "--logLevel", "error"], "with-vite-7-alone");
  const server = await serve({ mounts: { "/": project.inside("with-vite-7-alone", "dist") } });
  try {
    await visit(browser, server.url, (page) => checkSteps(page, everywhere.filter(({ call }) => call === "use")));
    works("Vite 7 without a setting");
  } finally {
    await server.close();
  }
});

checks("webpack", {
  async build(where) {
    const { default: config } = await import(pathToFileURL(project.inside(where, "webpack.config.js")));
    const compiler = webpack({ ...config, context: project.inside(where), output: { path: project.inside(where, "dist") } });
    const stats = await new Promise((done, failed) => compiler.run((error, result) => (error ? failed(error) : done(result))));
    const { errors } = stats.toJson({ all: false, errors: true });
    assert.deepEqual(errors.map(({ message }) => message), []);
  },
});

checks("esbuild", { root: "dist", build: (where) => project.node(["build.js"], where) });

checks("Rollup", { build: (where) => project.node(["../node_modules/rollup/dist/bin/rollup", "--config", "--silent"], where) });
