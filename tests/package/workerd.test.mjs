// The packed package in workerd, which Cloudflare's Workers run on: wasm may be imported there, and
// not compiled.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";
import { works } from "./consumers.mjs";
import { createProject } from "./project.mjs";
import { recipe } from "./recipe.mjs";
import { checkGate, labels, rows, runtime, stranger } from "./runtimes.mjs";

let project;
let server;
let address;

/** Starts workerd; answers its address once it listens. */
async function start() {
  const args = ["serve", "config.capnp", "--control-fd=3"];
  const stdio = ["ignore", "inherit", "inherit", "pipe"];
  server = spawn(runtime("workerd"), args, { cwd: project.folder, stdio });
  const exited = new Promise((_, failed) => {
    server.once("error", failed);
    server.once("exit", (code) => failed(new Error(`workerd ended with ${code}`)));
  });
  const listening = (async () => {
    let text = "";
    for await (const chunk of server.stdio[3]) {
      text += chunk;
      const port = /"event":"listen".*"port":(\d+)/.exec(text)?.[1];
      if (port) return `http://127.0.0.1:${port}/`;
    }
    throw new Error(`workerd said nothing of a port: ${text}`);
  })();
  exited.catch(() => {});
  return Promise.race([listening, exited]);
}

before(async () => {
  project = createProject();
  project.write(".", recipe("Cloudflare's Workers", "platforms.md"));
  address = await start();
});

after(() => {
  server?.removeAllListeners("exit");
  server?.kill("SIGKILL");
  project?.remove();
});

test("workerd trains, gates, saves and loads", { timeout: 300_000 }, async () => {
  const features = [...rows];
  const body = JSON.stringify({ features, labels, asked: [...features, ...stranger] });
  // Twice: a second request finds the module's instance as the first one left it.
  for (let request = 0; request < 2; request += 1) {
    const signal = AbortSignal.timeout(140_000);
    const response = await fetch(address, { method: "POST", body, signal });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    checkGate(JSON.parse(text));
  }
  works("Cloudflare's workerd");
});
