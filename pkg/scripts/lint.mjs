// Whether a packed tarball is what bundlers, Node and TypeScript expect: publint for its manifest and files, "are the types
// wrong" for its declarations as each of TypeScript's module resolutions finds them.

import { at, run } from "./shell.mjs";

const tool = (...parts) => at("node_modules", ...parts);

// Files for loaders and for fetch, not modules: there is nothing in them to declare.
const files = ["./cpu.wasm", "./webgpu.wasm"];

/** Throws unless both tools are content; their findings are printed. */
export function lint(tarball) {
  run(process.execPath, [tool("publint", "src", "cli.js"), tarball, "--strict"]);
  // ESM alone: CommonJS projects get it by import(), and TypeScript's oldest resolution does not read "exports".
  const options = ["--profile", "esm-only", "--exclude-entrypoints", ...files, "--format", "table-flipped", "--no-emoji", "--no-color"];
  run(process.execPath, [tool("@arethetypeswrong", "cli", "dist", "index.js"), tarball, ...options]);
}
