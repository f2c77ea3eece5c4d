// A static file server for tests, benches and the built page: loopback only, no dependency, nothing cached.
//   node pkg/scripts/serve.mjs [folder] [--port 8080]

import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { parseArgs } from "node:util";
import { main, root, say } from "./shell.mjs";

// Browsers compile wasm while it downloads only with its own type, and refuse modules with the wrong one.
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".safetensors": "application/octet-stream",
  ".onnx": "application/octet-stream",
};

/** Headers of a page that may share memory with its Workers, and so run threads. */
export const isolation = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** The file that a URL path means, or undefined: longest mount first, "index.html" for a folder, never outside the mount. */
function resolve(mounts, urlPath) {
  const mount = mounts.find(([prefix]) => (prefix.endsWith("/") ? urlPath.startsWith(prefix) : urlPath === prefix));
  if (!mount) return undefined;
  const [prefix, place] = mount;
  const base = path.resolve(place);
  const wanted = path.join(base, urlPath.slice(prefix.length));
  if (wanted !== base && !wanted.startsWith(base + path.sep)) return undefined;
  for (const file of [wanted, path.join(wanted, "index.html")]) {
    try {
      const found = statSync(file);
      if (found.isFile()) return { file, size: found.size };
    } catch {
      // Whatever the system has against this name (missing, too long, a zero byte, below a file), nothing lies there.
    }
  }
  return undefined;
}

function answer(mounts, extra, onFile, request, response) {
  const fail = (status, text) => response.writeHead(status, { "content-type": "text/plain" }).end(`${text}\n`);
  if (request.method !== "GET" && request.method !== "HEAD") return fail(405, "Only GET and HEAD.");
  let urlPath;
  try {
    urlPath = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
  } catch {
    return fail(400, "Not a URL.");
  }
  const found = resolve(mounts, urlPath);
  if (!found) return fail(404, `Nothing at ${urlPath}.`);
  response.writeHead(200, {
    "content-type": types[path.extname(found.file)] ?? "application/octet-stream",
    "content-length": found.size,
    "cache-control": "no-store",
    ...extra,
  });
  if (request.method === "HEAD") return response.end();
  onFile(found.file);
  return createReadStream(found.file).on("error", () => response.destroy()).pipe(response);
}

function listen(server, port) {
  return new Promise((done, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", () => done(server.address().port));
  });
}

/**
 * Serves folders and single files on 127.0.0.1.
 * @param {object} options
 * @param {Record<string, string>} options.mounts what lies where: a URL prefix with a final slash -> folder, a whole URL path -> file;
 *   for example { "/": "www/dist", "/data.safetensors": "some/file.safetensors" }
 * @param {number} [options.port] wanted port; 0 (the default) takes a free one, and so does a wanted one that is taken
 * @param {boolean} [options.isolated] cross-origin isolation: threads for the page, and a clock of 5 instead of 100 microseconds
 * @param {Record<string, string>} [options.headers] more headers on every answer
 * @param {(file: string) => void} [options.onFile] called with every file that is sent: a page's requests, its workers' included
 * @param {(request: object, response: object) => boolean} [options.handle] asked first; true where it answers the request itself
 * @returns {Promise<{ url: string, port: number, close(): Promise<void> }>} `url` ends with a slash
 */
export async function serve({ mounts, port = 0, isolated = false, headers = {}, onFile = () => {}, handle = () => false }) {
  const longestFirst = Object.entries(mounts).sort(([a], [b]) => b.length - a.length);
  const extra = { ...(isolated ? isolation : {}), ...headers };
  const server = createServer((request, response) => {
    if (!handle(request, response)) answer(longestFirst, extra, onFile, request, response);
  });
  const taken = (error) => {
    if (error.code !== "EADDRINUSE" || port === 0) throw error;
    return listen(server, 0);
  };
  const actual = await listen(server, port).catch(taken);
  const close = () =>
    new Promise((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${actual}/`, port: actual, close };
}

await main(import.meta, async () => {
  const { values, positionals } = parseArgs({ options: { port: { type: "string", default: "8080" } }, allowPositionals: true });
  const folder = path.resolve(positionals[0] ?? root);
  say(`Serving ${folder} at ${(await serve({ mounts: { "/": folder }, port: Number(values.port) })).url} (Ctrl-C ends it)`);
});
