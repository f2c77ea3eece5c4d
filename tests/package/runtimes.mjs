// JavaScript runtimes other than Node, as their npm packages bring them.

import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { at } from "../../pkg/scripts/shell.mjs";

/**
 * Where each package, or the one of this platform that it takes its program from, has it. Scripts
 * that run after an installation may have moved it from one to the other.
 */
const places = {
  deno: {
    "linux-x64": "@deno/linux-x64-glibc/deno",
    "linux-arm64": "@deno/linux-arm64-glibc/deno",
    "darwin-x64": "@deno/darwin-x64/deno",
    "darwin-arm64": "@deno/darwin-arm64/deno",
    "win32-x64": "@deno/win32-x64/deno.exe",
    moved: "deno/deno",
  },
  bun: {
    "linux-x64": "@oven/bun-linux-x64/bin/bun",
    "linux-arm64": "@oven/bun-linux-aarch64/bin/bun",
    "darwin-x64": "@oven/bun-darwin-x64/bin/bun",
    "darwin-arm64": "@oven/bun-darwin-aarch64/bin/bun",
    "win32-x64": "@oven/bun-windows-x64/bin/bun.exe",
    moved: "bun/bin/bun.exe",
  },
  workerd: {
    "linux-x64": "@cloudflare/workerd-linux-64/bin/workerd",
    "linux-arm64": "@cloudflare/workerd-linux-arm64/bin/workerd",
    "darwin-x64": "@cloudflare/workerd-darwin-64/bin/workerd",
    "darwin-arm64": "@cloudflare/workerd-darwin-arm64/bin/workerd",
    "win32-x64": "@cloudflare/workerd-windows-64/bin/workerd.exe",
    moved: "workerd/bin/workerd",
  },
};

/** The path of a runtime's program; fails where there is none. */
export function runtime(name) {
  const { [`${process.platform}-${process.arch}`]: own, moved } = places[name];
  const candidates = [own, moved].filter(Boolean).map((place) => at("node_modules", place));
  // What stands in a program's place until it is moved there is a script of some lines.
  const found = candidates.find((file) => existsSync(file) && statSync(file).size > 2 ** 20);
  const looked = candidates.join(" and ");
  assert.ok(found, `There is no ${name}: looked for ${looked}. "npm ci" installs it.`);
  return found;
}

/** Rows in two blobs, and one far from both. */
export const rows = Float32Array.from(
  { length: 800 },
  (_, index) => Math.sin(index * 12.9898) * 0.3 + ((index >> 3) % 2 === index % 2 ? 1 : 0),
);
export const labels = Array.from({ length: 100 }, (_, row) => ["left", "right"][row % 2]);
export const stranger = Array(8).fill(9);

/** Asserts what a gate for these rows says of them, and of the stranger, which comes last. */
export function checkGate({ accepted, label }) {
  assert.equal(accepted.length, 101);
  const known = accepted.slice(0, 100).reduce((sum, one) => sum + one);
  assert.ok(known > 85, `${known} of 100 known rows accepted`);
  assert.equal(accepted[100], 0, "the stranger is rejected");
  assert.ok(label.slice(0, 100).filter((one, row) => one === labels[row]).length > 95);
}
