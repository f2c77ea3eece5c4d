// The package's scripts and declarations: pkg/src to pkg/dist.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { at, run } from "./shell.mjs";

/** The package's entry points: their files in pkg/src, by their names in pkg/dist. */
export const entries = {
  flower: "flower/index.ts",
  index: "index.ts",
  single: "single.ts",
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
 * What a head is made of is one file, although `flower` needs a few modules of it alone: another
 * file for those would be one more to wait for on the way to the first head.
 */
const codeSplitting = {
  groups: [{ name: "create", test: /src\/(api\/(?!init|metrics)|input\/|core\/)|wasm\/cpu\// }],
};

/** Minifies each file: pages without a bundler download it as it is. */
function minifier({ minifySync }) {
  return {
    name: "minify",
    renderChunk(code, { fileName }) {
      const options = {
        module: true,
        compress: true,
        mangle: { keepNames: { class: true, function: false } },
        codegen: { removeWhitespace: true },
        sourcemap: true,
      };
      const { code: text, map, errors } = minifySync(fileName, code, options);
      if (errors.length > 0) throw new Error(`${fileName}: ${JSON.stringify(errors)}`);
      return { code: text, map: JSON.stringify(map) };
    },
  };
}

/** Lists of which each part begins a line, and those of which it does where they are long. */
const lines = {
  BlockStatement: "body",
  ClassBody: "body",
  Program: "body",
  SwitchCase: "consequent",
};
const longLines = {
  ArrayExpression: "elements",
  ObjectExpression: "properties",
  SequenceExpression: "expressions",
  VariableDeclaration: "declarations",
};
const LONG = 160;

/** The parts of a syntax tree that begin a line. */
function* lineStarts(node) {
  const isLong = node.end - node.start > LONG;
  const list = lines[node.type] ?? (isLong ? longLines[node.type] : undefined);
  // Before the first part of a long list a line break may end a statement: return a, b.
  if (list !== undefined) yield* node[list].slice(node.type in longLines ? 1 : 0).filter(Boolean);
  for (const value of Object.values(node)) {
    for (const inner of Array.isArray(value) ? value : [value]) {
      if (typeof inner?.type === "string") yield* lineStarts(inner);
    }
  }
}

/**
 * Breaks the minified code into lines. Node prints the line of an error that nobody caught, and
 * debuggers stop at lines. Costs about 1 % of the compressed bytes.
 */
function lineBreaker({ RolldownMagicString }) {
  return {
    name: "line breaks",
    renderChunk(code) {
      const text = new RolldownMagicString(code);
      for (const { start } of lineStarts(this.parse(code)))
        if (start > 0) text.appendLeft(start, "\n");
      return { code: text.toString(), map: text.generateMap({ hires: true }).toString() };
    },
  };
}

/**
 * Few files to fetch. The Worker's script is one file by itself, so that it can be served from
 * anywhere, and so is the entry for places without `import()`. The addresses of wasm files and of the Worker's script are relative to a file in dist,
 * and stay as they are written, for bundlers to find.
 */
export async function bundleScripts() {
  // Not at the top: on a bare machine the set-up, which comes first, installs it.
  const rolldown = await import("rolldown");
  const plugins = [minifier(await import("rolldown/utils")), lineBreaker(rolldown)];
  const { version } = JSON.parse(readFileSync(at("pkg", "package.json"), "utf8"));
  const transform = { define: { OODGATE_VERSION: JSON.stringify(version) } };
  for (const names of [["index", "storage", "flower"], ["single"], ["worker"]]) {
    const input = Object.fromEntries(names.map((name) => [name, source(name)]));
    const bundle = await rolldown.rolldown({
      input,
      platform: "browser",
      logLevel: "warn",
      plugins,
      transform,
    });
    const shape = names.length === 1 ? { codeSplitting: false } : { chunkFileNames, codeSplitting };
    const output = { dir: at("pkg", "dist"), format: "esm", entryFileNames: "[name].js", ...shape };
    await bundle.write({ ...output, minify: false, sourcemap: true });
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
    const declarations = (name) => path.join(folder, entries[name].replace(/\.ts$/, ".d.ts"));
    const names = ["index", "storage", "flower", "worker"];
    const input = Object.fromEntries(names.map((name) => [name, declarations(name)]));
    // The Worker's script exports nothing.
    const onwarn = (warning, warn) => warning.code === "EMPTY_BUNDLE" || warn(warning);
    const bundle = await rollup({ input, plugins: [dts()], onwarn });
    // What several use is declared in index.d.ts, and the others import it from there.
    const others = ["storage", "flower", "worker"].map((name) => path.join(folder, name));
    const isOfOthers = (id) => others.some((place) => id.startsWith(place));
    const manualChunks = (id) => (isOfOthers(id) ? undefined : "index");
    // `[Symbol.dispose]` is declared in no library of ES2022. The plugin drops such references.
    const library = '/// <reference lib="esnext.disposable" preserve="true" />';
    const dir = at("pkg", "dist");
    await bundle.write({
      dir,
      banner: ({ name }) => (name === "index" ? library : ""),
      entryFileNames: "[name].d.ts",
      chunkFileNames: "[name].d.ts",
      manualChunks,
    });
    await bundle.close();
    // The same exports as the others', and so their declarations.
    const both = ["./index.js", "./storage.js"].map((file) => `export * from "${file}";\n`);
    writeFileSync(path.join(dir, "single.d.ts"), both.join(""));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
