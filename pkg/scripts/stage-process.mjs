// A stage of `npm test` as a process of its own, whose output does not mix with that of others.

import { fork } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import os from "node:os";
import { at } from "./shell.mjs";

const isWindows = process.platform === "win32";

/** Ends a process with all that it has started. */
function kill(child) {
  // It could not even be started.
  if (child.pid === undefined) return;
  try {
    if (isWindows) child.kill();
    else process.kill(-child.pid);
  } catch (error) {
    // It has ended by itself meanwhile.
    if (error.code !== "ESRCH") throw error;
  }
}

/** What makes programs print colours into a file as they would on the terminal that shows it. */
function colours() {
  const wanted = process.stdout.isTTY && !process.env.NO_COLOR;
  return wanted ? { FORCE_COLOR: "1", CARGO_TERM_COLOR: "always" } : {};
}

/**
 * @typedef {object} Outcome
 * @property {string} [problem] why the stage did not pass
 * @property {string[]} unchecked what it could not check
 * @property {number} took milliseconds
 */

/**
 * Starts a stage.
 * @param {{ id: string, lock?: string }} stage one of stages.mjs
 * @param {string} [log] the file for its output; without one it is shown as it comes
 * @returns {{ done: Promise<Outcome>, stop: () => void }}
 */
export function startStage({ id, lock }, log) {
  const file = log === undefined ? undefined : openSync(log, "w");
  const output = file ?? "inherit";
  const started = performance.now();
  const child = fork(at("pkg", "scripts", "stages.mjs"), [id], {
    stdio: ["ignore", output, output, "ipc"],
    // A group of its own, so that `kill` reaches what it has started.
    detached: !isWindows,
    env: { ...process.env, OODGATE_PREPARED: "1", ...(file === undefined ? {} : colours()) },
  });
  // Compilers, which have locks, give way to tests, which have time limits.
  if (lock && child.pid) os.setPriority(child.pid, 10);
  let said;
  child.on("message", (message) => (said = message));
  const done = new Promise((resolve) => {
    const end = (problem) => {
      // What was ended from outside leaves behind what it has started.
      if (problem) kill(child);
      if (file !== undefined) closeSync(file);
      resolve({ problem, unchecked: said?.left ?? [], took: performance.now() - started });
    };
    child.on("error", (error) => end(error.message));
    child.on("close", (status, signal) => {
      if (status === 0 && said) end();
      else end(signal ? `ended by ${signal}` : `ended with status ${status}`);
    });
  });
  return { done, stop: () => kill(child) };
}
