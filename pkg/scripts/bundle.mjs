// The package's scripts and declarations: pkg/src to pkg/dist.

import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { at, run } from "./shell.mjs";

/** The package's entry points: their files in pkg/src, by their names in pkg/dist. */
export const entries = {
  index: "index.ts",
  storage: "storage/index.ts",
  worker: "worker/index.ts",
};

const source = (name) => at("pkg", "src", entries[name]);

/** What is fetched later is named for the wasm file that it goes with, or for itself. */
function chunkFileNames({ name, moduleIds }) {
  const [, file] = moduleIds.join("\n").match(/wasm\/(webgpu|files)\/oodgate\.js/) ?? [];
  return `${file ?? name}.js`;
}

/**
 * Few files to fetch; the Worker's script is one file by itself, so that it can be served from
 * anywhere. The addresses of wasm files and of the Worker's script are relative to a file in dist,
 * and stay as they are written, for bundlers to find.
 */
export async function bundleScripts() {
  // Not at the top: on a bare machine the set-up, which comes first, installs it.
  const { rolldown } = await import("rolldown");
  for (const names of [["index", "storage"], ["worker"]]) {
    const input = Object.fromEntries(names.map((name) => [name, source(name)]));
    const bundle = await rolldown({ input, platform: "browser", logLevel: "warn" });
    const shape = names.length === 1 ? { codeSplitting: false } : { chunkFileNames };
    const output = { dir: at("pkg", "dist"), format: "esm", entryFileNames: "[name].js", ...shape };
    await bundle.write({ ...output, minify: true });
    await bundle.close();
  }
}

/** Writes one declaration file for each entry point. */
export async function bundleDeclarations() {
  // Dependencies of tests/, as for "npm run api".
  const tools = createRequire(at("tests", "package.json"));
  const load = (name) => import(pathToFileURL(tools.resolve(name)));
  const [{ rollup }, { dts }] = [await load("rollup"), await load("rollup-plugin-dts")];
  const folder = mkdtempSync(path.join(tmpdir(), "oodgate-types-"));
  try {
    const tsc = at("node_modules", "typescript", "bin", "tsc");
    run(process.execPath, [tsc, "-p", at("pkg"), "--emitDeclarationOnly", "--outDir", folder]);
    const declarations = ([name, file]) => [name, path.join(folder, file.replace(/\.ts$/, ".d.ts"))];
    const input = Object.fromEntries(Object.entries(entries).map(declarations));
    // The Worker's script exports nothing.
    const onwarn = (warning, warn) => warning.code === "EMPTY_BUNDLE" || warn(warning);
    const bundle = await rollup({ input, plugins: [dts()], onwarn });
    // What several use is declared in index.d.ts, and the others import it from there.
    const others = [input.storage, input.worker];
    const manualChunks = (id) => (others.includes(id) ? undefined : "index");
    const dir = at("pkg", "dist");
    await bundle.write({ dir, entryFileNames: "[name].d.ts", chunkFileNames: "[name].d.ts", manualChunks });
    await bundle.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
