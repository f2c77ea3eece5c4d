// Flower's server: its Python, the SuperLink, runs of the app, and the proxy that a page's origin needs.

import { spawn, spawnSync } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const wanted = readFileSync(path.join(here, "requirements.txt"), "utf8").match(/^\w.*==.*$/gm);

/** Limit of one call's body: an array's part has 5 MiB, and an object at most 20. */
const BODY_BYTES = 32 * 2 ** 20;

/** What keeps Flower from asking its maker's servers, and from changing its Python while it runs. */
const quiet = { FLWR_TELEMETRY_ENABLED: "0", FLWR_DISABLE_UPDATE_CHECK: "1" };

/** The folder of an environment's programs. */
const programs = (folder) => path.join(folder, process.platform === "win32" ? "Scripts" : "bin");

function run(program, ...args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error ?? ""}${stdout}${stderr}`);
  return stdout;
}

/** Makes a Python environment with flwr in its pinned version in that folder, where there is none. */
export function preparePython(folder) {
  const python = path.join(programs(folder), "python");
  const has = () => run(python, "-m", "pip", "freeze").split(/\r?\n/);
  if (existsSync(python) && wanted.every((line) => has().includes(line))) return folder;
  const system = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0);
  if (system === undefined) throw new Error("Flower's server needs Python 3.11, and there is none on PATH.");
  run(system, "-m", "venv", folder);
  run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...wanted);
  return folder;
}

/** A port that is free now. */
export function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

const answers = (port) =>
  fetch(`http://127.0.0.1:${port}/v1/fleet/pull-messages`, { method: "POST" }).then(() => true, () => false);

/**
 * A SuperLink on 127.0.0.1.
 * @param {object} options
 * @param {string} options.python what preparePython answered
 * @param {string} options.folder for its log and its client's settings
 * @param {number} [options.port] default: a free one
 * @param {string} [options.database] a file in which it keeps its state; default: in memory
 */
export async function startSuperLink({ python, folder, port, database }) {
  const actual = port ?? (await freePort());
  mkdirSync(folder, { recursive: true });
  const settings = `[superlink]\ndefault = "here"\n\n[superlink.here]\naddress = "127.0.0.1:${actual}"\ninsecure = true\n`;
  writeFileSync(path.join(folder, "config.toml"), settings);
  const bin = programs(python);
  const env = { ...process.env, ...quiet, FLWR_HOME: folder, PATH: `${bin}${path.delimiter}${process.env.PATH}` };
  const args = ["--insecure", "--host", "127.0.0.1", "--port", String(actual), "--disable-runtime-dependency-installation"];
  if (database) args.push("--database", database);
  const log = createWriteStream(path.join(folder, "superlink.log"), { flags: "a" });
  // A group of its own: the SuperLink starts programs that outlive it.
  const child = spawn(path.join(bin, "flower-superlink"), args, { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const ended = new Promise((done) => child.once("exit", done));
  let isEnded = false;
  ended.then(() => (isEnded = true));
  const stop = async () => {
    if (!isEnded) process.kill(-child.pid, "SIGTERM");
    const late = setTimeout(() => process.kill(-child.pid, "SIGKILL"), 5000);
    await ended;
    clearTimeout(late);
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // Nothing of the group is left.
    }
  };
  for (let tries = 0; !(await answers(actual)); tries += 1) {
    if (isEnded || tries > 300) {
      await stop();
      throw new Error(`The SuperLink did not start:\n${readFileSync(path.join(folder, "superlink.log"), "utf8").slice(-2000)}`);
    }
    await new Promise((next) => setTimeout(next, 200));
  }
  return {
    port: actual,
    stop,
    /** Runs the app with these settings in place of pyproject.toml's; resolves to what it printed. */
    run(config = {}, { onLine = () => {}, app = here } = {}) {
      const pairs = Object.entries(config).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
      const settingsOf = pairs.length > 0 ? ["--run-config", pairs.join(" ")] : [];
      const flwr = spawn(path.join(bin, "flwr"), ["run", app, "here", "--stream", ...settingsOf], { env });
      let printed = "";
      const take = (part) => {
        printed += part;
        for (const line of String(part).split("\n")) if (line.trim() !== "") onLine(line);
      };
      flwr.stdout.on("data", take);
      flwr.stderr.on("data", take);
      return new Promise((done, failed) => {
        flwr.once("error", failed);
        flwr.once("exit", () => done(printed));
      });
    },
  };
}

/**
 * A handler that passes the Fleet API, and nothing else below /v1/, to a SuperLink; answers whether
 * the request was for it.
 */
export const fleetProxy = (port) => (incoming, outgoing) => {
  const { pathname } = new URL(incoming.url, "http://localhost");
  if (!pathname.startsWith("/v1/")) return false;
  const length = Number(incoming.headers["content-length"] ?? 0);
  const refuse = (status) => outgoing.writeHead(status, { connection: "close" }).end();
  if (!pathname.startsWith("/v1/fleet/") || incoming.method !== "POST") refuse(403);
  else if (!(length <= BODY_BYTES)) refuse(413);
  else {
    const { host, connection, ...headers } = incoming.headers;
    const passed = httpRequest({ host: "127.0.0.1", port, path: pathname, method: "POST", headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => (outgoing.headersSent ? outgoing.destroy() : refuse(502)));
    incoming.on("aborted", () => passed.destroy());
    incoming.pipe(passed);
  }
  return true;
};
