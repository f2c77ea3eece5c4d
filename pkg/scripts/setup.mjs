// Installs what is missing for a build, and says what it does. A second run only looks.
//   node pkg/scripts/setup.mjs [--browser] [--firefox] [--webkit] [--vulkan]

import { existsSync, readFileSync, statSync, utimesSync } from "node:fs";
import path from "node:path";
import { findChromium, installChromium } from "./chromium.mjs";
import { findFirefox, installFirefox } from "./firefox.mjs";
import { at, capture, Failure, main, npm, run, say } from "./shell.mjs";
import { installVulkan, missingMesa, missingVulkan } from "./vulkan.mjs";
import { installWebKit, missingWebKit } from "./webkit.mjs";

const target = "wasm32-unknown-unknown";

/** Whether dotted version `have` is at least `need`. */
function atLeast(have, need) {
  const [a, b] = [have, need].map((version) => version.split(".").map(Number));
  for (let i = 0; i < b.length; i += 1) if ((a[i] ?? 0) !== b[i]) return (a[i] ?? 0) > b[i];
  return true;
}

function checkNode() {
  const [major] = process.versions.node.split(".").map(Number);
  // Vite's own condition: the odd release 21 and early 22 lack what it needs.
  const fine = major === 20 ? atLeast(process.versions.node, "20.19.0") : atLeast(process.versions.node, "22.12.0");
  if (!fine) throw new Failure(`Node 20.19 or later in the 20 line, or 22.12 and later, is needed; this is ${process.version}.`);
}

function checkRust() {
  const need = /^channel = "(.+)"$/m.exec(readFileSync(at("rust-toolchain.toml"), "utf8"))[1];
  const have = capture("rustc", ["--version"])?.split(" ")[1];
  const cargo = capture("cargo", ["--version"]);
  if (have && cargo && atLeast(have, need)) return;
  const install = `With rustup (https://rustup.rs): rustup toolchain install ${need} --profile minimal -c rustfmt -c clippy -t ${target}`;
  throw new Failure(`Rust ${need} with cargo is needed; ${have ? `this is ${have}` : "rustc or cargo did not run here"}.\n${install}`);
}

function addTarget() {
  const library = path.join(capture("rustc", ["--print", "sysroot"]), "lib", "rustlib", target, "lib");
  if (existsSync(library)) return;
  if (!capture("rustup", ["--version"])) throw new Failure(`This Rust has no ${target} target and there is no rustup to add it.`);
  say(`Adding the ${target} target to Rust ...`);
  run("rustup", ["target", "add", target]);
}

/** The version of the wasm-bindgen crate: the command-line tool must be exactly as old, for the two share a private format. */
function bindgenVersion() {
  const patterns = [
    ["Cargo.lock", /^name = "wasm-bindgen"\nversion = "(.+)"$/m],
    ["Cargo.toml", /^wasm-bindgen = (?:\{ version = )?"=?([\d.]+)"/m],
  ];
  for (const [file, pattern] of patterns) {
    const version = existsSync(at(file)) && pattern.exec(readFileSync(at(file), "utf8"))?.[1];
    if (version) return version;
  }
  throw new Failure("Cargo.toml names no version of wasm-bindgen.");
}

const suffix = process.platform === "win32" ? ".exe" : "";

/** The wasm-bindgen tool of the crate's version: ours in .tools, or one on PATH. Undefined when neither fits. */
export function findBindgen() {
  const version = bindgenVersion();
  const candidates = [at(".tools", "bin", `wasm-bindgen${suffix}`), "wasm-bindgen"];
  const program = candidates.find((candidate) => capture(candidate, ["--version"]) === `wasm-bindgen ${version}`);
  return program && { program, version };
}

function installBindgen() {
  if (findBindgen()) return;
  const version = bindgenVersion();
  say(`Building the wasm-bindgen ${version} tool into .tools (1 to 3 minutes, once) ...`);
  const place = ["--root", at(".tools"), "--target-dir", at("target", "tools")];
  run("cargo", ["install", "--path", at("pkg", "bindgen"), "--force", ...place]);
  if (findBindgen()) return;
  throw new Failure(`pkg/bindgen/Cargo.toml has to name version ${version}, as Cargo.lock does.`);
}

function installPackages() {
  const [lock, installed] = [at("package-lock.json"), at("node_modules", ".package-lock.json")];
  const there = existsSync(installed);
  if (there && (!existsSync(lock) || statSync(installed).mtimeMs >= statSync(lock).mtimeMs)) return;
  say(`${there ? "Updating" : "Installing"} the npm dependencies ...`);
  // An existing folder is brought up to date in place: `npm ci` would pull it away from under a running server or test.
  if (there || !existsSync(lock)) npm("install", ...(existsSync(lock) ? ["--no-save"] : []));
  else npm("ci");
  // npm leaves its own record alone when nothing changed; this is what the next run compares.
  utimesSync(installed, new Date(), new Date());
}

/** Everything that a build needs, and Chromium, Firefox, WebKit and Vulkan where they are asked for. */
export function setup({ browser = false, firefox = false, webkit = false, vulkan = false } = {}) {
  checkNode();
  checkRust();
  addTarget();
  installBindgen();
  installPackages();
  if (browser && !findChromium()) installChromium();
  if (firefox && !findFirefox()) installFirefox();
  if (webkit && missingWebKit()) installWebKit();
  if (vulkan && (missingVulkan() || missingMesa())) installVulkan();
}

await main(import.meta, () => {
  const has = (flag) => process.argv.includes(flag);
  setup({ browser: has("--browser"), firefox: has("--firefox"), webkit: has("--webkit"), vulkan: has("--vulkan") });
  say("Everything is in place.");
});
