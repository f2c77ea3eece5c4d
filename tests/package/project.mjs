// A fresh project in an empty folder outside the repository, with the packed tarball installed as a user would.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { at } from "../../pkg/scripts/shell.mjs";
import { packed } from "./packed.mjs";

/**
 * Trains a head on two blobs and answers what a caller would look at; `worker`: of a head in a Worker of its own; `saved`: of the
 * head that comes out of the trained one's file.
 * @param {string} [specifier] what the program imports the package by
 */
export const program = (specifier = "oodgate") => `
  import { createHead, init, loadHead, metrics } from ${JSON.stringify(specifier)};
  export async function use(backend, { worker = false, saved = false } = {}) {
    const rows = Float32Array.from({ length: 400 }, (_, index) => Math.sin(index * 12.9898) * 0.3 + ((index >> 3) % 2 === index % 2 ? 1 : 0));
    const labels = Array.from({ length: 50 }, (_, row) => ["left", "right"][row % 2]);
    let head = await createHead({ features: 8, classes: ["left", "right"], backend, worker });
    const { accuracy } = await head.fit(rows, labels, { epochs: 20, batchSize: 10 });
    if (saved) {
      const trained = head;
      head = await loadHead(await trained.save(), { backend, worker });
      trained.dispose();
    }
    const known = await head.oodScore(rows);
    const unknown = await head.oodScore(new Float32Array(400).fill(1));
    await init();
    const auroc = metrics.auroc(known, unknown);
    head.dispose();
    return { accuracy, auroc, backend: head.backend, steps: head.steps };
  }
`;

const main = `
  import { use } from "./use.js";
  let thread;
  const useInWorker = (backend, options) =>
    new Promise((resolve, reject) => {
      thread ??= new Worker(new URL("./thread.js", import.meta.url), { type: "module" });
      thread.onmessage = ({ data: { answer, problem } }) => (problem === undefined ? resolve(answer) : reject(new Error(problem)));
      thread.onerror = (event) => reject(new Error("the worker failed: " + event.message));
      thread.postMessage({ backend, options });
    });
  Object.assign(globalThis, { use, useInWorker });
`;
const thread = `
  import { use } from "./use.js";
  addEventListener("message", async ({ data: { backend, options } }) => {
    postMessage(await use(backend, options).then((answer) => ({ answer }), (error) => ({ problem: String(error.stack) })));
  });
`;

/** The files of a page whose window can `use` the package itself and have a worker do so (`useInWorker`). */
export const threads = (specifier) => ({ "use.js": program(specifier), "main.js": main, "thread.js": thread });

/**
 * An empty ESM project with the tarball as its only dependency. The caller removes it.
 * @param {string} [parent] a folder to make it in; a tool that refuses links out of the project finds itself above this one
 */
export function createProject(parent = tmpdir()) {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(path.join(parent, "oodgate-consumer-"));
  const inside = (...parts) => path.join(folder, ...parts);
  const { tarball, files } = packed(folder);
  writeFileSync(inside("package.json"), JSON.stringify({ private: true, type: "module" }));
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", "--offline", tarball], { cwd: folder });

  const wasm = inside("node_modules", "oodgate", "wasm");
  const wasmFiles = readdirSync(wasm).sort();

  return {
    folder,
    inside,
    tarball,
    /** Paths in the tarball. */
    files: files.map((file) => file.path),
    /** Writes files, given as { path: text }, into the sub-folder `where`. */
    write(where, texts) {
      for (const [name, text] of Object.entries(texts)) {
        mkdirSync(path.dirname(inside(where, name)), { recursive: true });
        writeFileSync(inside(where, name), text);
      }
    },
    /** Lends the project tools of the workspace: the package under test stays its own. */
    lend(...names) {
      for (const name of names) {
        mkdirSync(path.dirname(inside("node_modules", name)), { recursive: true });
        symlinkSync(at("node_modules", name), inside("node_modules", name), "dir");
      }
    },
    /** Runs a Node program with the project, or a sub-folder of it, as its current folder, and answers what it printed. */
    node(args, where = ".") {
      return execFileSync(process.execPath, args, { cwd: inside(where), encoding: "utf8", timeout: 120_000 });
    },
    /** The folders of the package's wasm files: "cpu", "files", "webgpu". */
    wasmFiles,
    /** Which of them a file is a copy of, told by its bytes; undefined when of none. */
    wasmFile(file) {
      return wasmFiles.find((name) => {
        const original = path.join(wasm, name, "oodgate_bg.wasm");
        return statSync(original).size === statSync(file).size && readFileSync(original).equals(readFileSync(file));
      });
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
