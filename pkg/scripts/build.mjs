// Builds the package: Rust to wasm (one file per backend, and one for the file formats), wasm-bindgen, wasm-opt, TypeScript.
//   node pkg/scripts/build.mjs [--fast] [--only cpu|webgpu|files|ts[,...]]
// --fast takes the everyday profile and leaves wasm-opt out. Steps whose inputs are unchanged are skipped.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { bundleDeclarations, bundleScripts } from "./bundle.mjs";
import { findBindgen } from "./setup.mjs";
import { at, duration, Failure, main, root, run, say } from "./shell.mjs";

export const target = "wasm32-unknown-unknown";

// A fifteenth of LLVM's usual eagerness to inline, a quarter of it where a function asks for that, a
// third of it to unroll loops, none where their length is not known, and no SIMD but where four
// numbers at a time are written out (`numeric/quads.rs`, `numeric/row.rs`, `engine/cpu/kernel.rs`)
// lose no time of the CPU engine's that the bench can see; the last alone saves 9 kB of 248,
// compressed, and makes the eigenvectors of `vim` a fifth slower.
const small = [
  "-Cllvm-args=-inline-threshold=15 -inlinehint-threshold=80 -unroll-runtime=false -unroll-threshold=100", "-Cno-vectorize-loops",
];

// One engine, or the file formats, and one wasm file each: speed for the CPU engine, whose own code
// does the arithmetic; size for the file formats and the WebGPU engine, but for what is this crate's
// own in it.
export const wasmFiles = {
  cpu: { name: "CPU engine", takes: "a minute", features: "cpu,sync", profile: "release", flags: small, optimise: "-O3" },
  webgpu: { name: "WebGPU engine", takes: "5 to 8 minutes", features: "webgpu", profile: "webgpu", flags: small, optimise: "-Oz" },
  files: { name: "file formats", takes: "half a minute", features: "files", profile: "size", flags: [], optimise: "-Oz" },
};

// What rustc 1.95 emits for this target with SIMD128. Binaryen validates against this list, and rejects what is not in it.
const features = [
  "simd", "bulk-memory", "nontrapping-float-to-int", "sign-ext", "mutable-globals", "reference-types", "multivalue",
].map((name) => `--enable-${name}`);

// The wrapper says where its files are, and replaces an instance after a trap.
const glue = ["--omit-default-module-path", "--experimental-reset-state-function"];

// LLVM has inlined what it wanted to: more of that, by Binaryen, makes the WebGPU file 3 % smaller as
// it is and 8 % larger compressed, and nothing quicker that the bench can see.
const inlining = ["--always-inline-max-function-size=1", "--flexible-inline-max-function-size=1", "--one-caller-inline-max-function-size=1"];

/** A target folder per file: all builds make the same file names, and would otherwise undo each other's work. */
export const targetDir = (file) => at("target", `wasm-${file}`);

/** The cargo arguments that select one file. */
export const featureArguments = (file) => ["--no-default-features", "--features", wasmFiles[file].features];

const hash = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");

/**
 * The cargo argument with a backend's own compiler flags and those that take this machine out of the wasm files: panic messages name
 * source files, and those of the crates lie below the builder's home, in a folder named after the registry. Without the latter, the bytes
 * would differ from machine to machine.
 */
function rustFlags(file) {
  const sources = path.join(process.env.CARGO_HOME ?? path.join(homedir(), ".cargo"), "registry", "src");
  const registries = existsSync(sources) ? readdirSync(sources).map((name) => path.join(sources, name)) : [];
  const paths = [...registries.map((from) => `${from}=crates`), `${root}=oodgate`].map((pair) => `--remap-path-prefix=${pair}`);
  const flags = [...paths, ...wasmFiles[file].flags];
  return ["--config", `target.${target}.rustflags=${JSON.stringify(flags)}`];
}

function compile(file, profile) {
  const wasm = `${targetDir(file)}/${target}/${profile}/oodgate.wasm`;
  const { name, takes } = wasmFiles[file];
  say(`Compiling the ${name}${existsSync(wasm) ? " where it changed" : ` (${takes} the first time)`} ...`);
  const where = ["--target", target, "--target-dir", targetDir(file)];
  // Before the flags are put together: they name the folder that the crates are fetched into.
  run("cargo", ["fetch", "--quiet", "--target", target]);
  run("cargo", ["build", "--lib", ...where, ...featureArguments(file), "--profile", profile, ...rustFlags(file)]);
  return wasm;
}

function bind(wasm, tool, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  run(tool.program, [wasm, "--target", "web", "--out-name", "oodgate", "--out-dir", folder, ...glue]);
}

function optimise(file, { name, optimise: level }) {
  say(`Optimising the ${name} (wasm-opt ${level}, up to a minute) ...`);
  const started = performance.now();
  const [tool, smaller] = [at("node_modules", "binaryen", "bin", "wasm-opt"), `${file}.smaller`];
  run(process.execPath, [tool, file, "-o", smaller, level, ...inlining, ...features, "--strip-debug", "--strip-producers"]);
  renameSync(smaller, file);
  say(`wasm-opt took ${duration(performance.now() - started)}.`);
}

/** One wasm file and its glue in pkg/wasm/<file>. */
function buildWasm(file, fast) {
  const tool = findBindgen();
  if (!tool) throw new Failure('The wasm-bindgen tool of the crate\'s version is missing: "npm run setup" installs it.');
  const wasm = compile(file, fast ? "fast" : wasmFiles[file].profile);

  // By content, not by time: switching between --fast and full builds, or between commits, leaves older files with other content.
  const folder = at("pkg", "wasm", file);
  const binaryen = JSON.parse(readFileSync(at("node_modules", "binaryen", "package.json"), "utf8")).version;
  const steps = fast ? "none" : [binaryen, wasmFiles[file].optimise, ...inlining, ...features, ...glue].join(" ");
  const stamp = JSON.stringify({ input: hash(wasm), bindgen: tool.version, steps });
  const record = `${targetDir(file)}/package-stamp.json`;
  const last = existsSync(record) ? readFileSync(record, "utf8") : "";
  if (last === stamp && existsSync(`${folder}/oodgate_bg.wasm`)) return;

  rmSync(record, { force: true });
  bind(wasm, tool, folder);
  if (!fast) optimise(`${folder}/oodgate_bg.wasm`, wasmFiles[file]);
  writeFileSync(record, stamp);
}

async function buildTypeScript() {
  say("Compiling the TypeScript wrapper ...");
  // A source file that is gone must not leave its output behind in the package.
  rmSync(at("pkg", "dist"), { recursive: true, force: true });
  await bundleScripts();
  await bundleDeclarations();
}

/** Builds the named parts: wasm files, and "ts". */
export async function build({ fast = false, only = [...Object.keys(wasmFiles), "ts"] } = {}) {
  for (const part of only) {
    if (part === "ts") await buildTypeScript();
    else if (part in wasmFiles) buildWasm(part, fast);
    else throw new Failure(`--only takes ${Object.keys(wasmFiles).join(", ")} and ts, not "${part}".`);
  }
}

await main(import.meta, async () => {
  const { values } = parseArgs({ options: { fast: { type: "boolean" }, only: { type: "string" } } });
  await build({ fast: values.fast, only: values.only?.split(",") });
});
