// A fresh project in an empty folder outside the repository, with the packed tarball installed as a user would.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { at } from "../../pkg/scripts/shell.mjs";
import { pack } from "../../pkg/scripts/tarball.mjs";

/**
 * Trains a head on two blobs and answers what a caller would look at.
 * @param {string} [specifier] what the program imports the package by
 */
export const program = (specifier = "oodgate") => `
  import { createHead, metrics } from ${JSON.stringify(specifier)};
  export async function use(backend) {
    const rows = Float32Array.from({ length: 400 }, (_, index) => Math.sin(index * 12.9898) * 0.3 + ((index >> 3) % 2 === index % 2 ? 1 : 0));
    const labels = Array.from({ length: 50 }, (_, row) => ["left", "right"][row % 2]);
    const head = await createHead({ features: 8, classes: ["left", "right"], backend });
    const { accuracy } = await head.fit(rows, labels, { epochs: 20, batchSize: 10 });
    const known = await head.oodScore(rows);
    const unknown = await head.oodScore(new Float32Array(400).fill(1));
    const auroc = metrics.auroc(known, unknown);
    head.dispose();
    return { accuracy, auroc, backend: head.backend };
  }
`;

const main = `
  import { use } from "./use.js";
  let worker;
  const useInWorker = (backend) =>
    new Promise((resolve, reject) => {
      worker ??= new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
      worker.onmessage = ({ data: { answer, problem } }) => (problem === undefined ? resolve(answer) : reject(new Error(problem)));
      worker.onerror = (event) => reject(new Error("the worker failed: " + event.message));
      worker.postMessage(backend);
    });
  Object.assign(globalThis, { use, useInWorker });
`;
const worker = `
  import { use } from "./use.js";
  addEventListener("message", async ({ data: backend }) => {
    postMessage(await use(backend).then((answer) => ({ answer }), (error) => ({ problem: String(error.stack) })));
  });
`;

/** The files of a page whose window can `use` the package itself and have a worker do so (`useInWorker`). */
export const threads = (specifier) => ({ "use.js": program(specifier), "main.js": main, "worker.js": worker });

/**
 * An empty ESM project with the tarball as its only dependency. The caller removes it.
 * @param {string} [parent] a folder to make it in; a tool that refuses links out of the project finds itself above this one
 */
export function createProject(parent = tmpdir()) {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(path.join(parent, "oodgate-consumer-"));
  const inside = (...parts) => path.join(folder, ...parts);
  const { filename, files } = pack(folder);
  const tarball = inside(filename);
  writeFileSync(inside("package.json"), JSON.stringify({ private: true, type: "module" }));
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", "--offline", tarball], { cwd: folder });

  const wasm = inside("node_modules", "oodgate", "wasm");
  const engines = readdirSync(wasm).sort();

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
    /** The folders of the package's wasm files: "cpu", "webgpu". */
    engines,
    /** Which of them a file is a copy of, told by its bytes; undefined when of none. */
    engineOf(file) {
      return engines.find((engine) => {
        const original = path.join(wasm, engine, "oodgate_bg.wasm");
        return statSync(original).size === statSync(file).size && readFileSync(original).equals(readFileSync(file));
      });
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
