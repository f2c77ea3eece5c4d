// What a page downloads: raw and gzip -9 bytes of each wasm file and of the scripts that come with it.
//   node pkg/scripts/sizes.mjs

import { existsSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { at, Failure, main } from "./shell.mjs";

/** Raw and compressed bytes of some files together, each compressed by itself as a server would. */
function sizeOf(files) {
  const contents = files.map((file) => readFileSync(file));
  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
  return { raw: sum(contents.map((bytes) => bytes.length)), gzip: sum(contents.map((bytes) => gzipSync(bytes, { level: 9 }).length)) };
}

/** The built package by what a page fetches together: a wasm file, or the scripts that come with it. */
const parts = {
  "cpu wasm": ["wasm/cpu/oodgate_bg.wasm"],
  "cpu scripts": ["dist/index.js", "dist/create.js"],
  "webgpu wasm": ["wasm/webgpu/oodgate_bg.wasm"],
  "webgpu script": ["dist/webgpu.js"],
  "files wasm": ["wasm/files/oodgate_bg.wasm"],
  "files script": ["dist/files.js"],
  "worker scripts": ["dist/remote.js", "dist/worker.js"],
  "storage script": ["dist/storage.js"],
};

/** One row per part of the built package that is there. */
export function sizes() {
  const there = Object.entries(parts).map(([part, names]) => [part, names.map((name) => at("pkg", name))]);
  return there.filter(([, files]) => files.every((file) => existsSync(file))).map(([part, files]) => ({ part, ...sizeOf(files) }));
}

/** gzip -9 bytes that a page may download, recorded; a change that needs more says why it raises them. */
const budget = { cpu: 138 * 1024, webgpu: 1290 * 1024, files: 130 * 1024 };

/** Fails when a page on the CPU, or what something else adds to it, has outgrown the budget. */
export function checkSizes() {
  // A part that is missing weighs nothing.
  const all = sizes();
  if (all.length < Object.keys(parts).length) throw new Failure('The package is not complete: "npm run build" first.');
  const text = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
  for (const [what, most] of Object.entries(budget)) {
    const bytes = all.filter(({ part }) => part.startsWith(`${what} `)).reduce((sum, part) => sum + part.gzip, 0);
    console.log(`${what}: ${text(bytes)} of ${text(most)}`);
    if (bytes > most) throw new Failure(`${what}: ${text(bytes)} gzip is over the budget of ${text(most)} in pkg/scripts/sizes.mjs.`);
  }
}

export function printSizes() {
  const number = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`.padStart(12);
  console.log(`\n${"part".padEnd(16)}${"raw".padStart(12)}${"gzip -9".padStart(12)}`);
  for (const { part, raw, gzip } of sizes()) console.log(`${part.padEnd(16)}${number(raw)}${number(gzip)}`);
  console.log("");
}

await main(import.meta, printSizes);
