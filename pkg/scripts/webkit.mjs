// Safari's engine: WebKitGTK's small browser on a screen of its own, driven by its WebDriver. Plain
// HTTP: there is no library for it among the test's own.

import { spawn } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "./shell.mjs";
import { find, install } from "./system.mjs";

const driver = {
  title: "WebKitGTK's WebDriver",
  variable: "WEBKIT_DRIVER_PATH",
  names: ["WebKitWebDriver"],
  places: {},
  debian: "webkit2gtk-driver",
};
const screen = {
  title: "Xvfb",
  variable: "XVFB_PATH",
  names: ["Xvfb"],
  places: {},
  debian: "xvfb",
};

/** WebKitGTK's browser lies beside its library, in a folder named after both versions. */
function findBrowser() {
  if (process.env.WEBKIT_BROWSER_PATH) return process.env.WEBKIT_BROWSER_PATH;
  const list = (folder) => {
    try {
      return readdirSync(folder).map((name) => path.join(folder, name));
    } catch {
      return [];
    }
  };
  return list("/usr/lib")
    .flatMap(list)
    .filter((folder) => /^webkit2?gtk-/.test(path.basename(folder)))
    .flatMap(list)
    .find((file) => path.basename(file) === "MiniBrowser");
}

/** What is missing for a run in WebKit, in words; undefined when nothing is. */
export function missingWebKit() {
  const programs = [driver, screen].filter((program) => !find(program));
  const missing = programs.map(({ title }) => title);
  if (missing.length === 0 && !findBrowser()) missing.push("WebKitGTK's MiniBrowser");
  return missing.length > 0 ? `Safari's engine, for want of ${missing.join(" and ")}` : undefined;
}

/** Installs what is missing where that is possible; elsewhere the stage says that it did not run. */
export function installWebKit() {
  // There is none for other systems.
  if (process.platform !== "linux") return;
  try {
    for (const program of [driver, screen]) if (!find(program)) install(program);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.log(error.message);
  }
}

/**
 * Starts a program in this process's own group, whose end is then its end. What the driver started
 * ends with its session, or with the screen.
 */
function start(program, args, env, extra = []) {
  const stdio = ["ignore", "ignore", "ignore", ...extra];
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio });
  let failed;
  child.once("error", (error) => (failed = error));
  child.once("exit", (code, signal) => (failed ??= new Error(`ended with ${signal ?? code}`)));
  const stop = () => child.kill("SIGKILL");
  process.once("exit", stop);
  return { child, stop, check: () => { if (failed) throw failed; } };
}

/** A screen that nobody sees; answers its name. */
async function startScreen() {
  const args = ["-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"];
  const program = start(find(screen), args, {}, ["pipe"]);
  let number = "";
  const read = (async () => {
    for await (const chunk of program.child.stdio[3]) {
      number += chunk;
      if (number.includes("\n")) return `:${number.trim()}`;
    }
    throw new Error("Xvfb named no screen");
  })();
  const late = sleep(60_000, undefined, { ref: false }).then(() => {
    throw new Error("Xvfb named no screen within 60 s");
  });
  try {
    return { ...program, display: await Promise.race([read, late]) };
  } catch (error) {
    program.stop();
    throw error;
  }
}

const browserArguments = [
  "--automation",
  // A camera that shows a test picture, which pages get without a question.
  "--enable-media-stream=true",
  "--enable-mock-capture-devices=true",
];

/** A port that nobody listens on. */
const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** A call of the WebDriver protocol. */
async function call(address, method, command, body, timeout = 60_000) {
  const signal = AbortSignal.timeout(timeout);
  const json = body && JSON.stringify(body);
  const response = await fetch(`${address}${command}`, { method, body: json, signal });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`WebDriver, ${command}: ${value?.error}: ${value?.message}`);
  return value;
}

/** Driver and browser, once. */
async function launchOnce() {
  const display = await startScreen();
  const port = await freePort();
  const env = {
    DISPLAY: display.display,
    // Root, who runs in containers, may not have one.
    ...(process.getuid?.() === 0 && { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" }),
    LIBGL_ALWAYS_SOFTWARE: "1",
    NO_AT_BRIDGE: "1",
    // Safari's isolated pages have it; without this the engine's GTK port has not.
    JSC_useSharedArrayBuffer: "1",
    // As containers have it: the browser makes a language "C" of it, which Intl refuses.
    LC_ALL: "C.UTF-8",
  };
  const server = start(find(driver), ["--host=127.0.0.1", `--port=${port}`], env);
  const stop = () => {
    server.stop();
    display.stop();
  };
  try {
    const address = `http://127.0.0.1:${port}`;
    for (let tries = 0; ; tries += 1) {
      server.check();
      const status = await call(address, "GET", "/status", undefined, 5000).catch(() => undefined);
      if (status) break;
      if (tries === 300) throw new Error("WebKitWebDriver does not answer");
      await sleep(200);
    }
    const browserOptions = { binary: findBrowser(), args: browserArguments };
    const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": browserOptions } };
    const session = await call(address, "POST", "/session", { capabilities });
    return { stop, session: `${address}/session/${session.sessionId}`, ...session.capabilities };
  } catch (error) {
    stop();
    throw error;
  }
}

/**
 * A running WebKit with one page; the caller closes it.
 * @param {number} [timeout] milliseconds that one call of `evaluate` may take
 */
export async function launchWebKit(timeout = 240_000) {
  const missing = missingWebKit();
  if (missing) throw new Failure(`Not to be had: ${missing}.`);
  // A loaded machine may take longer than the driver waits for its browser.
  const first = await launchOnce().catch((error) => error);
  const { stop, session, browserVersion } = first instanceof Error ? await launchOnce() : first;
  await call(session, "POST", "/timeouts", { script: timeout, pageLoad: 60_000 });
  return {
    version: `WebKit ${browserVersion}`,
    goto: (url) => call(session, "POST", "/url", { url }),
    /** Calls a function in the page, as text and with arguments that JSON can carry. */
    async evaluate(body, ...args) {
      const script = `
        const [args, done] = [[...arguments].slice(0, -1), arguments[arguments.length - 1]];
        Promise.resolve().then(() => (${body})(...args)).then(
          (value) => done({ value }),
          (error) => done({ problem: String(error) + "\\n" + (error && error.stack) }),
        );
      `;
      const given = { script, args };
      const answer = await call(session, "POST", "/execute/async", given, timeout + 10_000);
      if (answer.problem !== undefined) throw new Error(answer.problem);
      return answer.value;
    },
    /** Takes a picture of what is in the window. */
    async screenshot({ path }) {
      const picture = await call(session, "GET", "/screenshot");
      writeFileSync(path, Buffer.from(picture, "base64"));
    },
    resize: (width, height) => call(session, "POST", "/window/rect", { width, height }),
    async close() {
      await call(session, "DELETE", "", undefined, 10_000).catch(() => {});
      stop();
    },
  };
}
