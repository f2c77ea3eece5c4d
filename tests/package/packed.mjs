// The tarball under test: packed once for a whole run of `npm test`, or by a test file that runs by
// itself.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { at } from "../../pkg/scripts/shell.mjs";
import { pack } from "../../pkg/scripts/tarball.mjs";
import { isPrepared } from "../lib/prepared.mjs";

const shared = at("target", "test-package");
const record = path.join(shared, "packed.json");

function packInto(folder) {
  const { filename, files } = pack(folder);
  return { tarball: path.join(folder, filename), files };
}

/** Packs the built package for all test files of a run. */
export function packOnce() {
  rmSync(shared, { recursive: true, force: true });
  mkdirSync(shared, { recursive: true });
  writeFileSync(record, JSON.stringify(packInto(shared)));
}

/** The tarball's path, and its files as npm lists them; packed into `folder` if it is not yet. */
export const packed = (folder) =>
  isPrepared ? JSON.parse(readFileSync(record, "utf8")) : packInto(folder);
