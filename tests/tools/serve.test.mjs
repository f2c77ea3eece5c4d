import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, before } from "node:test";
import { serve } from "../../pkg/scripts/serve.mjs";

let folder;
let server;

before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "oodgate-serve-"));
  mkdirSync(path.join(folder, "site", "below"), { recursive: true });
  writeFileSync(path.join(folder, "secret.txt"), "outside");
  writeFileSync(path.join(folder, "site", "index.html"), "<title>home</title>");
  writeFileSync(path.join(folder, "site", "below", "engine.wasm"), "wasm");
  server = await serve({ mounts: { "/": path.join(folder, "site"), "/data.txt": path.join(folder, "secret.txt") }, isolated: true });
});

after(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** fetch() tidies paths up before it asks; this asks for exactly `target`. */
const ask = (target, method = "GET") =>
  new Promise((done, failed) => {
    const asked = request({ host: "127.0.0.1", port: server.port, path: target, method }, (response) => {
      let body = "";
      response.on("data", (chunk) => (body += chunk)).on("end", () => done({ status: response.statusCode, headers: response.headers, body }));
    });
    asked.on("error", failed).end();
  });

test("a folder answers with its index, a file with its type, and nothing is cached", async () => {
  assert.equal((await ask("/")).body, "<title>home</title>");
  const { status, headers } = await ask("/below/engine.wasm");
  assert.equal(status, 200);
  assert.equal(headers["content-type"], "application/wasm");
  assert.equal(headers["cache-control"], "no-store");
  assert.equal(headers["cross-origin-embedder-policy"], "require-corp");
});

test("a file can be mounted by itself, under exactly its path", async () => {
  assert.equal((await ask("/data.txt")).body, "outside");
  assert.equal((await ask("/data.txt/more")).status, 404);
  assert.equal((await ask("/data.txtmore")).status, 404);
});

test("every file that is sent is told, and nothing else", async () => {
  const sent = [];
  const watched = await serve({ mounts: { "/": path.join(folder, "site") }, onFile: (file) => sent.push(path.relative(folder, file)) });
  for (const target of ["", "below/engine.wasm", "nothing"]) await fetch(watched.url + target);
  await fetch(watched.url, { method: "HEAD" });
  await watched.close();
  assert.deepEqual(sent, ["site/index.html", "site/below/engine.wasm"]);
});

test("nothing outside a mount is served, and no path ends the server", async () => {
  const targets = ["/../secret.txt", "/%2e%2e/secret.txt", "/below/../../secret.txt", "/%00", "/index.html/x", `/${"a".repeat(5000)}`];
  for (const target of targets) assert.equal((await ask(target)).status, 404, target);
  assert.equal((await ask("/%ff")).status, 400);
  assert.equal((await ask("/", "POST")).status, 405);
  assert.equal((await ask("/")).status, 200);
});

test("a taken port gives a free one instead", async () => {
  const second = await serve({ mounts: {}, port: server.port });
  assert.notEqual(second.port, server.port);
  await second.close();
});
