// The public declarations, one file an entry point, are kept in pkg/api: a change of what users
// compile against is then seen in review, and never made by accident.
//   node pkg/scripts/api.mjs [--accept]

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { at, Failure, main, say } from "./shell.mjs";

const accepted = at("pkg", "api");
const built = at("pkg", "dist");

/** Copies the declarations of the built package to a folder, in place of what is there. */
function copyDeclarations(folder) {
  if (!existsSync(path.join(built, "index.d.ts"))) {
    throw new Failure('pkg/dist has no declarations: "npm run build" first.');
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const names = readdirSync(built).filter((name) => name.endsWith(".d.ts"));
  for (const name of names) copyFileSync(path.join(built, name), path.join(folder, name));
}

/** Throws, with the differences, unless the built declarations are those in pkg/api. */
export function checkApi() {
  const folder = mkdtempSync(path.join(tmpdir(), "oodgate-api-"));
  try {
    copyDeclarations(folder);
    const difference = ["diff", "--no-index", "--", accepted, folder];
    const { status, stdout } = spawnSync("git", difference, { encoding: "utf8" });
    const names = readdirSync(accepted).join(", ");
    if (status === 0) return say(`The public declarations are as accepted: ${names}.`);
    const cure = 'If that is meant: "npm run api", and commit what it writes.';
    throw new Failure(`${stdout}\nThe public declarations differ from pkg/api. ${cure}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main(import.meta, () => {
  if (!process.argv.includes("--accept")) return checkApi();
  copyDeclarations(accepted);
  say("The public declarations were written to pkg/api.");
});
