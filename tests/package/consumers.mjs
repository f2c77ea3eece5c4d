// The consumers that have worked, counted in a file: each test file is a process of its own.

import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { at } from "../../pkg/scripts/shell.mjs";

const file = at("tests", "output", "consumers.txt");

/** Forgets the consumers of earlier runs. */
export const forgetConsumers = () => rmSync(file, { force: true });

/** Counts a consumer in which the package did all that it should, once. */
export function works(consumer) {
  mkdirSync(path.dirname(file), { recursive: true });
  appendFileSync(file, `${consumer}\n`);
}

/** "Consumers built: 2", and their names. */
export function consumersBuilt() {
  const names = existsSync(file) ? [...new Set(readFileSync(file, "utf8").trim().split("\n"))] : [];
  return `Consumers built: ${names.length}\n${names.map((name) => `  ${name}`).join("\n")}`;
}
