// Browsers of the system: found, or installed from the system's packages. No second one is downloaded beside them.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Failure, run, say } from "./shell.mjs";

/**
 * The path of a program: the one that an environment variable names, else the first known name on PATH, else its usual place.
 * @param {{ variable: string, names: string[], places: Record<string, string[]> }} program
 */
export function find({ variable, names, places }) {
  const given = process.env[variable];
  if (given) {
    if (!existsSync(given)) throw new Failure(`${variable} is set to "${given}", and there is no such file.`);
    return given;
  }
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  const onPath = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [...onPath, ...(places[process.platform] ?? [])].find((file) => existsSync(file));
}

/**
 * Installs a program with apt-get where that is possible; otherwise says what to do.
 * @param {{ title: string, variable: string, debian: string }} program `debian` is its package there
 */
export function install(program) {
  const { title, variable, debian } = program;
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  const isDebian = /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(release);
  const advice = `Install ${title}, or set ${variable} to its program, and run this again.`;
  if (!isDebian || process.getuid?.() !== 0) throw new Failure(`The browser tests need ${title}, and there is none on PATH.\n${advice}`);
  say(`Installing ${title} from the system's packages (about a minute) ...`);
  run("apt-get", ["update", "-qq"]);
  run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", debian], { env: { DEBIAN_FRONTEND: "noninteractive" } });
  if (!find(program)) throw new Failure(`The package "${debian}" was installed but left no program on PATH.\n${advice}`);
}
