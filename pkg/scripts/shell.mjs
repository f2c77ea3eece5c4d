// What every script here needs: the repository root, running a program, and failing with a sentence instead of a stack.
// Only Node's own modules: these scripts run before `npm install`.

import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The repository root. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** `parts` below the repository root. */
export const at = (...parts) => path.join(root, ...parts);

/** A failure that the reader can act on: printed without a stack. */
export class Failure extends Error {}

export const say = (text) => console.log(`[oodgate] ${text}`);

const quote = (word) => (/[\s"'$*]/.test(word) ? JSON.stringify(word) : word);

/** Runs a program in the repository root with its output shown; throws a Failure when it does not end with 0. */
export function run(program, args = [], { env = {}, cwd = root } = {}) {
  const { status, signal, error } = spawnSync(program, args, { cwd, stdio: "inherit", env: { ...process.env, ...env } });
  if (error?.code === "ENOENT") throw new Failure(`"${program}" was not found on PATH.`);
  if (error) throw error;
  if (status !== 0) throw new Failure(`${[program, ...args].map(quote).join(" ")}\nended with ${signal ?? `status ${status}`}.`);
}

/** The trimmed standard output of a program, or undefined when it cannot be run or fails. */
export function capture(program, args = [], { cwd = root } = {}) {
  const { status, stdout } = spawnSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return status === 0 ? stdout.trim() : undefined;
}

/** Program and arguments of npm itself: the running npm's own script where there is one, so that Windows' npm.cmd is not needed. */
export function npmCommand(...args) {
  const script = process.env.npm_execpath;
  return script?.endsWith(".js") || script?.endsWith(".cjs") ? [process.execPath, script, ...args] : ["npm", ...args];
}

/** Runs npm. */
export function npm(...args) {
  const [program, ...rest] = npmCommand(...args);
  run(program, rest);
}

/** "950 ms", "12.3 s", "3 min 05 s". */
export function duration(milliseconds) {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${String(Math.round(seconds % 60)).padStart(2, "0")} s`;
}

/** Runs `body` when the module is the program that was started, not when it is imported. */
export async function main(meta, body) {
  const started = process.argv[1] && realpathSync(process.argv[1]);
  if (started !== fileURLToPath(meta.url)) return;
  try {
    await body();
  } catch (error) {
    console.error(error instanceof Failure ? `\n[oodgate] ${error.message}` : error);
    process.exitCode = 1;
  }
}
