// Everything that must hold, cheapest first; stops at the first failure. This is also all of CI.
//   node pkg/scripts/test.mjs [--only group[,...]] [--from group]

import { existsSync, readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { consumersBuilt, forgetConsumers } from "../../tests/package/consumers.mjs";
import { checkAdvisories } from "./advisories.mjs";
import { checkApi } from "./api.mjs";
import { build, featureArguments, target, targetDir, wasmFiles } from "./build.mjs";
import { setup } from "./setup.mjs";
import { checkLicences } from "./licences.mjs";
import { reference } from "./reference.mjs";
import { at, duration, Failure, main, run } from "./shell.mjs";
import { checkSizes } from "./sizes.mjs";

const warningsAreErrors = ["--", "-D", "warnings"];

// The folder and profile of the wasm build itself, so that build scripts and macros are compiled once for both.
const asBuilt = (file) => ["--target", target, "--target-dir", targetDir(file), "--profile", wasmFiles[file].profile];

const clippyNative = () => run("cargo", ["clippy", "--all-targets", ...warningsAreErrors]);

function clippyWasm(file) {
  run("cargo", ["clippy", "--lib", ...asBuilt(file), ...featureArguments(file), ...warningsAreErrors]);
}

// Each where its dependencies have been compiled already: compiling WebGPU natively for its documentation alone takes minutes.
function docs(features, ...where) {
  run("cargo", ["doc", "--lib", "--no-deps", ...where, ...features], { env: { RUSTDOCFLAGS: "-D warnings" } });
}

const tsc = (project) => run(process.execPath, [at("node_modules", "typescript", "bin", "tsc"), "--noEmit", "-p", at(project)]);

/** Runs the *.test.mjs files of a folder. One file at a time: each may start a browser, and a loaded machine distorts times. */
function nodeTests(folder) {
  const names = existsSync(at(folder)) ? readdirSync(at(folder), { recursive: true }) : [];
  const files = names.filter((name) => name.endsWith(".test.mjs")).sort();
  // A suite that vanished must not look like a suite that passed.
  if (files.length === 0) throw new Failure(`${folder} holds no *.test.mjs file.`);
  run(process.execPath, ["--test", "--test-reporter=spec", "--test-concurrency=1", ...files.map((name) => at(folder, name))]);
}

function packageTests() {
  forgetConsumers();
  nodeTests("tests/package");
  console.log(consumersBuilt());
}

/** [group, heading, body]: the groups are what --only and --from name. A body may answer a list of what it could not check. */
const stages = [
  ["tools", "The tools' own tests", () => nodeTests("tests/tools")],
  ["format", "Rust is formatted", () => run("cargo", ["fmt", "--check"])],
  ["licences", "Licences of crates and packages", checkLicences],
  ["licences", "Advisories, where they can be asked", checkAdvisories],
  ["native", "Native tests", () => run("cargo", ["test"])],
  ["clippy", "Clippy, CPU engine, native", clippyNative],
  ["clippy", "Clippy, CPU engine, wasm", () => clippyWasm("cpu")],
  ["clippy", "Clippy, WebGPU engine, wasm", () => clippyWasm("webgpu")],
  ["clippy", "Clippy, file formats, wasm", () => clippyWasm("files")],
  ["docs", "Documentation of the core", () => docs([])],
  ["docs", "Documentation of the WebGPU engine", () => docs(featureArguments("webgpu"), ...asBuilt("webgpu"))],
  ["build", "The package builds", () => build()],
  ["build", "Downloads within their budget", checkSizes],
  ["types", "Types of the public API", () => tsc("tests/types")],
  ["types", "The public declarations are those accepted", checkApi],
  ["types", "Every public member is documented", () => reference({ write: false })],
  ["types", "Types of the demo page", () => tsc("www")],
  ["browser", "Both backends in Chromium, the CPU in Firefox", () => nodeTests("tests/browser")],
  ["faults", "Faults of the platform", () => nodeTests("tests/faults")],
  ["interop", "Files and tensors of other libraries", () => nodeTests("tests/interop")],
  ["package", "The packed package in fresh projects", packageTests],
  ["site", "The demo page, driven like a user", () => nodeTests("tests/site")],
];
const groups = [...new Set(stages.map(([group]) => group))];

function choose({ only, from }) {
  const named = [...(only?.split(",") ?? []), ...(from ? [from] : [])];
  const unknown = named.find((group) => !groups.includes(group));
  if (unknown) throw new Failure(`There is no group "${unknown}". The groups: ${groups.join(", ")}.`);
  const first = from ? groups.indexOf(from) : 0;
  return stages.filter(([group]) => (only ? only.split(",").includes(group) : groups.indexOf(group) >= first));
}

await main(import.meta, async () => {
  const { values } = parseArgs({ options: { only: { type: "string" }, from: { type: "string" } } });
  const chosen = choose(values);
  const has = (...names) => chosen.some(([group]) => names.includes(group));
  setup({ browser: has("browser", "faults", "interop", "package", "site"), firefox: has("browser", "package") });

  const rule = "=".repeat(78);
  const times = [];
  let unchecked = 0;
  for (const [group, heading, body] of chosen) {
    console.log(`\n${rule}\n${times.length + 1}/${chosen.length} ${heading} [${group}]\n${rule}`);
    const started = performance.now();
    let left = [];
    try {
      left = (await body()) ?? [];
    } catch (error) {
      const message = `FAILED: ${heading} [${group}]\n${error.message}\n\n${times.length - unchecked} passed, 1 failed`;
      if (!(error instanceof Failure)) console.error(error);
      throw new Failure(`${message} (${chosen.length - times.length - 1} not run)`);
    }
    const took = duration(performance.now() - started);
    if (left.length > 0) unchecked += 1;
    times.push([heading, left.length > 0 ? "NOT CHECKED" : took]);
    console.log(left.length > 0 ? `NOT CHECKED: ${left.join("; ")}` : `passed in ${took}`);
  }
  console.log(`\n${rule}`);
  for (const [heading, time] of times) console.log(`${heading.padEnd(46)}${time.padStart(14)}`);
  console.log(`${times.length - unchecked} passed, 0 failed${unchecked > 0 ? `, ${unchecked} not checked` : ""}`);
});
