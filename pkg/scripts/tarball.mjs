// The tarball that a registry would get: packed, and held to what bundlers, Node and TypeScript expect.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { at, Failure, npmCommand, run } from "./shell.mjs";

const tool = (...parts) => at("node_modules", ...parts);

/** Packs the built package into `folder` and answers npm's account of it: filename, version, size, files and more. */
export function pack(folder) {
  const [program, ...args] = npmCommand("pack", "--json", "--pack-destination", folder);
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: at("pkg"), encoding: "utf8" });
  if (status !== 0) throw new Failure(`npm pack failed:\n${stderr}`);
  // The scripts that run before packing may print, too.
  return JSON.parse(stdout.slice(stdout.indexOf("[\n")))[0];
}

/**
 * Throws unless publint is content with the tarball's manifest and files, and "are the types wrong" with its declarations as each
 * of TypeScript's module resolutions finds them.
 */
export function lint(tarball) {
  run(process.execPath, [tool("publint", "src", "cli.js"), tarball, "--strict"]);
  // Files for loaders and for fetch, not modules: there is nothing in them to declare.
  const files = Object.keys(JSON.parse(readFileSync(at("pkg", "package.json"), "utf8")).exports).filter((name) => name.endsWith(".wasm"));
  // ESM alone: CommonJS projects get it by import(), and TypeScript's oldest resolution does not read "exports".
  const options = ["--profile", "esm-only", "--exclude-entrypoints", ...files, "--format", "table-flipped", "--no-emoji", "--no-color"];
  run(process.execPath, [tool("@arethetypeswrong", "cli", "dist", "index.js"), tarball, ...options]);
}
