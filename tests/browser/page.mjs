// The suite in a window, in a module worker, or in a window whose heads live in Workers.

import * as oodgate from "../../pkg/dist/index.js";
import { names, run } from "../suite/index.mjs";

const file = (name) => fetch(new URL(`../golden/${name}`, import.meta.url));
const golden = async (name) => (await file(name)).json();
const bytes = async (name) => new Uint8Array(await (await file(name)).arrayBuffer());
const runHere = (name, backend, worker = false) => run(name, { oodgate, backend, worker, golden, bytes });

if (typeof window === "undefined") {
  // In the worker: one case a message.
  addEventListener("message", async ({ data: { name, backend } }) => {
    const problem = await runHere(name, backend).then(() => undefined, (error) => String(error?.stack ?? error));
    postMessage({ problem });
  });
} else {
  globalThis.caseNames = names;
  globalThis.runCase = (name, backend) => runHere(name, backend);
  globalThis.runCaseOnWorkers = (name, backend) => runHere(name, backend, true);

  let worker;
  globalThis.runCaseInWorker = (name, backend) => {
    worker ??= new Worker(import.meta.url, { type: "module" });
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data: { problem } }) => (problem === undefined ? resolve() : reject(new Error(problem)));
      worker.onerror = (event) => reject(new Error(`the worker failed: ${event.message}`));
      worker.postMessage({ name, backend });
    });
  };
}
