// Builds the package: Rust to wasm twice (one file per backend), wasm-bindgen, wasm-opt, TypeScript, then the sizes.
//   node pkg/scripts/build.mjs [--fast] [--only cpu|webgpu|ts[,...]]
// --fast takes the everyday profile and leaves wasm-opt out. Steps whose inputs are unchanged are skipped.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { findBindgen } from "./setup.mjs";
import { at, duration, Failure, main, root, run, say } from "./shell.mjs";
import { printSizes } from "./sizes.mjs";

export const target = "wasm32-unknown-unknown";

// One engine and one wasm file each: speed for the CPU engine, whose own code does the arithmetic, and size for the
// WebGPU engine, whose arithmetic is on the device.
export const backends = {
  cpu: { name: "CPU", features: "cpu,sync", profile: "release", optimise: "-O3", takes: "a minute" },
  webgpu: { name: "WebGPU", features: "webgpu", profile: "size", optimise: "-Oz", takes: "5 to 8 minutes" },
};

// What rustc 1.95 emits for this target with SIMD128. Binaryen validates against this list, and rejects what is not in it.
const features = [
  "simd", "bulk-memory", "nontrapping-float-to-int", "sign-ext", "mutable-globals", "reference-types", "multivalue",
].map((name) => `--enable-${name}`);

/** A target folder per backend: both builds make the same file names, and would otherwise undo each other's work. */
export const targetDir = (backend) => at("target", `wasm-${backend}`);

/** The cargo arguments that select one backend. */
export const backendArguments = (backend) => ["--no-default-features", "--features", backends[backend].features];

const hash = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");

/**
 * The cargo argument that takes this machine out of the wasm files: panic messages name source files, and those of the crates
 * lie below the builder's home, in a folder named after the registry. Without it, the bytes would differ from machine to machine.
 */
function anonymousPaths() {
  const sources = path.join(process.env.CARGO_HOME ?? path.join(homedir(), ".cargo"), "registry", "src");
  const registries = existsSync(sources) ? readdirSync(sources).map((name) => path.join(sources, name)) : [];
  const flags = [...registries.map((from) => `${from}=crates`), `${root}=oodgate`].map((pair) => `--remap-path-prefix=${pair}`);
  return ["--config", `target.${target}.rustflags=${JSON.stringify(flags)}`];
}

function compile(backend, profile) {
  const wasm = `${targetDir(backend)}/${target}/${profile}/oodgate.wasm`;
  const { name, takes } = backends[backend];
  say(`Compiling the ${name} engine${existsSync(wasm) ? " where it changed" : ` (${takes} the first time)`} ...`);
  const where = ["--target", target, "--target-dir", targetDir(backend)];
  // Before the flags are put together: they name the folder that the crates are fetched into.
  run("cargo", ["fetch", "--quiet", "--target", target]);
  run("cargo", ["build", "--lib", ...where, ...backendArguments(backend), "--profile", profile, ...anonymousPaths()]);
  return wasm;
}

function bind(wasm, tool, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  run(tool.program, [wasm, "--target", "web", "--out-name", "oodgate", "--out-dir", folder]);
}

function optimise(backend, file) {
  say(`Optimising the ${backends[backend].name} wasm file (wasm-opt ${backends[backend].optimise}, up to a minute) ...`);
  const started = performance.now();
  const [tool, smaller] = [at("node_modules", "binaryen", "bin", "wasm-opt"), `${file}.smaller`];
  run(process.execPath, [tool, file, "-o", smaller, backends[backend].optimise, ...features, "--strip-debug", "--strip-producers"]);
  renameSync(smaller, file);
  say(`wasm-opt took ${duration(performance.now() - started)}.`);
}

/** The wasm file and glue of one backend in pkg/wasm/<backend>. */
function buildWasm(backend, fast) {
  const tool = findBindgen();
  if (!tool) throw new Failure('The wasm-bindgen tool of the crate\'s version is missing: "npm run setup" installs it.');
  const wasm = compile(backend, fast ? "fast" : backends[backend].profile);

  // By content, not by time: switching between --fast and full builds, or between commits, leaves older files with other content.
  const folder = at("pkg", "wasm", backend);
  const binaryen = JSON.parse(readFileSync(at("node_modules", "binaryen", "package.json"), "utf8")).version;
  const steps = fast ? "none" : [binaryen, backends[backend].optimise, ...features].join(" ");
  const stamp = JSON.stringify({ input: hash(wasm), bindgen: tool.version, steps });
  const record = `${targetDir(backend)}/package-stamp.json`;
  const last = existsSync(record) ? readFileSync(record, "utf8") : "";
  if (last === stamp && existsSync(`${folder}/oodgate_bg.wasm`)) return;

  rmSync(record, { force: true });
  bind(wasm, tool, folder);
  if (!fast) optimise(backend, `${folder}/oodgate_bg.wasm`);
  writeFileSync(record, stamp);
}

function buildTypeScript() {
  say("Compiling the TypeScript wrapper ...");
  // A source file that is gone must not leave its output behind in the package.
  rmSync(at("pkg", "dist"), { recursive: true, force: true });
  const compile = (...options) => run(process.execPath, [at("node_modules", "typescript", "bin", "tsc"), "-p", at("pkg"), ...options]);
  // Comments are for readers of the declarations; a page without a bundler would download them with the code.
  compile("--emitDeclarationOnly");
  compile("--declaration", "false", "--removeComments");
}

/** Builds the named parts: "cpu", "webgpu", "ts". */
export function build({ fast = false, only = ["cpu", "webgpu", "ts"] } = {}) {
  for (const part of only) {
    if (part === "ts") buildTypeScript();
    else if (part in backends) buildWasm(part, fast);
    else throw new Failure(`--only takes cpu, webgpu and ts, not "${part}".`);
  }
  printSizes();
}

await main(import.meta, () => {
  const { values } = parseArgs({ options: { fast: { type: "boolean" }, only: { type: "string" } } });
  build({ fast: values.fast, only: values.only?.split(",") });
});
