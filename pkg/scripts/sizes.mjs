// What a page downloads: raw and gzip -9 bytes of each wasm file, of its generated glue and of the wrapper.
//   node pkg/scripts/sizes.mjs

import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { at, Failure, main } from "./shell.mjs";

/** Raw and compressed bytes of some files together, each compressed by itself as a server would. */
export function sizeOf(files) {
  const contents = files.map((file) => readFileSync(file));
  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
  return { raw: sum(contents.map((bytes) => bytes.length)), gzip: sum(contents.map((bytes) => gzipSync(bytes, { level: 9 }).length)) };
}

const scriptsIn = (folder) =>
  readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".js")).map((name) => path.join(folder, name));

/** One row per part of the built package that is there. */
export function sizes() {
  const parts = [];
  for (const file of ["cpu", "webgpu", "files"]) {
    const folder = at("pkg", "wasm", file);
    if (!existsSync(path.join(folder, "oodgate_bg.wasm"))) continue;
    parts.push({ part: `${file} wasm`, ...sizeOf([path.join(folder, "oodgate_bg.wasm")]) });
    parts.push({ part: `${file} glue`, ...sizeOf(scriptsIn(folder)) });
  }
  if (existsSync(at("pkg", "dist"))) parts.push({ part: "wrapper (dist)", ...sizeOf(scriptsIn(at("pkg", "dist"))) });
  return parts;
}

/** gzip -9 bytes that a page may download, recorded; a change that needs more says why it raises them. */
const budget = { cpu: 162 * 1024, webgpu: 1290 * 1024 };

/** Fails when a page on the CPU, or what WebGPU adds to it, has outgrown the budget. */
export function checkSizes() {
  const gzip = (parts) => sizes().filter(({ part }) => parts.includes(part)).reduce((sum, part) => sum + part.gzip, 0);
  const downloads = { cpu: gzip(["cpu wasm", "cpu glue", "wrapper (dist)"]), webgpu: gzip(["webgpu wasm", "webgpu glue"]) };
  const text = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
  for (const [what, bytes] of Object.entries(downloads)) {
    console.log(`${what}: ${text(bytes)} of ${text(budget[what])}`);
    if (bytes > budget[what]) throw new Failure(`${what}: ${text(bytes)} gzip is over the budget of ${text(budget[what])} in pkg/scripts/sizes.mjs.`);
  }
}

export function printSizes() {
  const number = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`.padStart(12);
  console.log(`\n${"part".padEnd(16)}${"raw".padStart(12)}${"gzip -9".padStart(12)}`);
  for (const { part, raw, gzip } of sizes()) console.log(`${part.padEnd(16)}${number(raw)}${number(gzip)}`);
  console.log("");
}

await main(import.meta, printSizes);
