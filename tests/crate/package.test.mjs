// The crate as another crate gets it: what is packaged, that it builds there, and that a native program compiles nothing of a browser.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { at } from "../../pkg/scripts/shell.mjs";

function cargo(args, { cwd = at(), env = {} } = {}) {
  const { status, stdout, stderr, error } = spawnSync("cargo", args, { cwd, encoding: "utf8", maxBuffer: 1 << 26, env: { ...process.env, ...env } });
  assert.equal(status, 0, `cargo ${args.join(" ")}: ${error ?? ""}${stdout}${stderr}`);
  return { stdout, stderr };
}

const [, version] = /^version = "(.+)"$/m.exec(readFileSync(at("Cargo.toml"), "utf8"));
const name = `oodgate-${version}`;

const program = `use oodgate::{CpuHead, config::{FitOptions, HeadOptions}, ood::ScorerName};

fn main() -> oodgate::Result<()> {
    let features: Vec<f32> = (0..80).map(|row| (row % 2) as f32 + 0.005 * row as f32).collect();
    let labels: Vec<u32> = (0..80).map(|row| row % 2).collect();
    let mut head = CpuHead::new(HeadOptions::new(1, ["a", "b"]))?;
    head.fit(&features, &labels, FitOptions::default())?;
    head.calibrate_own(&ScorerName::Auto.into())?;
    let mut again = CpuHead::load(&head.save()?)?;
    println!("{:?}", again.gate(&[0.2, 1.2, 40.0])?.accepted);
    Ok(())
}
`;

test("the package holds the core, its examples and its readme, and nothing of the npm package", () => {
  const files = cargo(["package", "--list", "--allow-dirty"]).stdout.trim().split(/\r?\n/);
  const known = /^(src|examples)\/.+\.rs$|^docs\/rust\.md$|^(CHANGELOG\.md|LICENSE-(MIT|APACHE)|Cargo\.(toml|toml\.orig|lock)|\.cargo_vcs_info\.json)$/;
  assert.deepEqual(files.filter((file) => !known.test(file)), []);
  for (const wanted of ["src/lib.rs", "src/burn.rs", "docs/rust.md", "LICENSE-MIT", "LICENSE-APACHE", "examples/score_embeddings.rs"]) {
    assert.ok(files.includes(wanted), wanted);
  }
});

test("it packs without a warning but for tests that stay here and addresses that it has not", () => {
  const { stderr } = cargo(["package", "--allow-dirty", "--no-verify"]);
  const warnings = stderr.split("\n").filter((line) => line.startsWith("warning"));
  const expected = /^warning: (ignoring (test|example) `\w+` as `tests\/.+` is not included|manifest has no documentation, homepage or repository)/;
  assert.deepEqual(warnings.filter((line) => !expected.test(line)), []);
});

test("another crate builds on it, and compiles nothing of a browser", { timeout: 600_000 }, (t) => {
  const folder = at("target", "crate");
  const package_ = at("target", "crate", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(at("target", "crate", "src"), { recursive: true });
  const { status } = spawnSync("tar", ["xzf", at("target", "package", `${name}.crate`), "-C", folder]);
  assert.equal(status, 0, "the packed crate unpacks");
  writeFileSync(
    at("target", "crate", "Cargo.toml"),
    `[package]\nname = "another"\nversion = "0.1.0"\nedition = "2024"\n\n[dependencies]\noodgate = { path = ${JSON.stringify(package_)} }\n\n[workspace]\nexclude = ["${name}"]\n`,
  );
  writeFileSync(at("target", "crate", "src", "main.rs"), program);
  // The versions that everything else here is tested with.
  copyFileSync(at("Cargo.lock"), at("target", "crate", "Cargo.lock"));
  const [cwd, env] = [folder, { CARGO_TARGET_DIR: at("target", "crate-built") }];
  const { stdout: tree } = cargo(["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"], { cwd, env });
  const crates = new Set(tree.split("\n").map((line) => line.split(" ")[0]));
  assert.ok(crates.has("nalgebra"));
  assert.deepEqual([...crates].filter((crate) => /wasm|js-sys|web-sys|wgpu|cubecl|^burn/.test(crate)), []);
  assert.equal(cargo(["run", "--quiet"], { cwd, env }).stdout.trim(), "[1, 1, 0]");
  t.diagnostic(`${crates.size} crates`);
});
