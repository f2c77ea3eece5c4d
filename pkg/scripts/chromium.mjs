// Finds the system's Chromium, or installs it from the system's packages: no second browser is downloaded beside it.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Failure, run, say } from "./shell.mjs";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const fixedPlaces = {
  darwin: ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"],
  win32: ["C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe"],
};

/** The path of Chromium or Chrome: CHROMIUM_PATH, else the first known name on PATH, else its usual place. */
export function findChromium() {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (!existsSync(given)) throw new Failure(`CHROMIUM_PATH is set to "${given}", and there is no such file.`);
    return given;
  }
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  const onPath = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [...onPath, ...(fixedPlaces[process.platform] ?? [])].find((file) => existsSync(file));
}

/** Installs Chromium with apt-get where that is possible; otherwise says what to do. */
export function installChromium() {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  const debian = /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(release);
  const advice = "Install Chromium or Chrome, or set CHROMIUM_PATH to its program, and run this again.";
  if (!debian || process.getuid?.() !== 0) throw new Failure(`The browser tests need Chromium, and there is none on PATH.\n${advice}`);
  say("Installing Chromium from the system's packages (about a minute) ...");
  run("apt-get", ["update", "-qq"]);
  run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], { env: { DEBIAN_FRONTEND: "noninteractive" } });
  if (!findChromium()) throw new Failure(`The package "chromium" was installed but left no program on PATH.\n${advice}`);
}
