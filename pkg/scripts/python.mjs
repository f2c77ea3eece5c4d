// Environments of Python for what other programs make of our files, each with just the versions that a requirements.txt names.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { at } from "./shell.mjs";

const has = (program) => spawnSync(program, ["--version"]).status === 0;

/** The system's Python, if there is one. */
const findPython = () => ["python3", "python"].find(has);

/** What is missing for stages that need Python, in words; in CI, where it must be, they fail instead. */
export function missingPython() {
  return findPython() || process.env.CI ? undefined : "what Python says of our files: NOT RUN, for there is no Python 3 here";
}

/** What is printed by a program that fails, or undefined. */
function problem(program, ...args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: at(), encoding: "utf8", maxBuffer: 1 << 26 });
  return status === 0 ? undefined : `${program} ${args.join(" ")}: ${error ?? ""}${stdout}${stderr}`;
}

/** Whether an environment has these versions. */
function isReady(python, wanted) {
  if (!existsSync(python)) return false;
  const { stdout } = spawnSync(python, ["-m", "pip", "freeze"], { encoding: "utf8" });
  const installed = stdout.split(/\r?\n/);
  // pip freeze names no extras.
  return wanted.every((line) => installed.includes(line.replace(/\[.+\]/, "")));
}

/**
 * Makes .tools/NAME where it is not there. Answers its Python, and what is missing for that, if anything is.
 * @param {string} name
 * @param {string} requirements path of a requirements.txt
 * @param {RegExp} [only] the packages of it that are wanted
 * @returns {{ python: string, missing?: string }}
 */
export function prepare(name, requirements, only = /./) {
  const folder = at(".tools", name);
  const python = at(".tools", name, ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]));
  const lines = readFileSync(requirements, "utf8").match(/^[\w[\]-]+==.+$/gm);
  const wanted = lines.filter((line) => only.test(line.split("==")[0]));
  if (isReady(python, wanted)) return { python };
  const system = findPython();
  if (system === undefined) return { python, missing: "there is no Python 3 here" };
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...wanted];
  return { python, missing: problem(system, "-m", "venv", folder) ?? problem(python, ...install) };
}
