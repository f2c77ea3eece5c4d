// The suite in a window or in a module worker of the test browser.

import * as oodgate from "../../pkg/dist/index.js";
import { names, run } from "../suite/index.mjs";

const golden = async (name) => (await fetch(new URL(`../golden/${name}`, import.meta.url))).json();
const runHere = (name, backend) => run(name, { oodgate, backend, golden });

if (typeof window === "undefined") {
  // In the worker: one case a message.
  addEventListener("message", async ({ data: { name, backend } }) => {
    const problem = await runHere(name, backend).then(() => undefined, (error) => String(error?.stack ?? error));
    postMessage({ problem });
  });
} else {
  globalThis.caseNames = names;
  globalThis.runCase = (name, backend) => runHere(name, backend);

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
