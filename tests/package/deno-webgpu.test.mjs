// The packed package on Deno's WebGPU, which is wgpu where Chromium has Dawn, on Mesa's driver that
// the CPU plays. What is wrong in the engine, and right by chance in Chromium, shows here.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import readline from "node:readline";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { at } from "../../pkg/scripts/shell.mjs";
import { lavapipe } from "../../pkg/scripts/vulkan.mjs";
import { works } from "./consumers.mjs";
import { cases } from "./deno-suite.mjs";
import { createProject, program } from "./project.mjs";
import { runtime } from "./runtimes.mjs";
import { checkAnswer } from "./visit.mjs";

/** Processes that the cases are dealt out to: most of the time each waits for its device. */
const shares = 4;

const runner = pathToFileURL(at("tests", "package", "deno-suite.mjs"));
const asking = `
  import { use } from "./use.js";
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error("Deno has no WebGPU adapter");
  const { description, isFallbackAdapter } = adapter.info;
  const heads = [await use("webgpu", { saved: true }), await use("webgpu", { worker: true })];
  console.log(JSON.stringify({ description, isFallbackAdapter, heads }));
`;
/** A wait takes 10 ms at least there, and a step of so small a head a fraction of that. */
const counting = `
  import { createHead } from "oodgate";
  const { onSubmittedWorkDone } = GPUQueue.prototype;
  let waits = 0;
  GPUQueue.prototype.onSubmittedWorkDone = function counted() {
    waits += 1;
    return onSubmittedWorkDone.call(this);
  };
  const rows = Float32Array.from({ length: 8 * 800 }, (_, index) => Math.sin(index));
  const labels = Int32Array.from({ length: 800 }, (_, row) => row % 2);
  const head = await createHead({ features: 8, classes: 2, backend: "webgpu" });
  const { steps } = await head.fit(rows, labels, { epochs: 2, batchSize: 4 });
  head.dispose();
  console.log(JSON.stringify({ waits, steps }));
`;
/** The waits of a score, once what it needs of the training rows is made. */
const scoring = `
  import { createHead } from "oodgate";
  import { waitsOf } from "${pathToFileURL(at("tests", "lib", "gpu-waits.mjs"))}";
  const rows = (count) => Float32Array.from({ length: 8 * count }, (_, index) => Math.sin(index));
  const labels = Int32Array.from({ length: 5000 }, (_, row) => row % 2);
  const head = await createHead({ features: 8, classes: 2, backend: "webgpu" });
  await head.fit(rows(5000), labels, { epochs: 1 });
  const count = async (options) => {
    await head.oodScore(rows(100), options);
    return waitsOf(() => head.oodScore(rows(100), options));
  };
  const counts = {};
  for (const scorer of ["msp", "mahalanobis", "rmd", "knn", "auto"]) {
    counts[scorer] = await count({ scorer });
  }
  await head.addRows(rows(3), null);
  counts.unknown = await count();
  head.dispose();
  console.log(JSON.stringify(counts));
`;
const suite = `
  import * as oodgate from "oodgate";
  import { runCases } from "${runner}";
  await runCases(oodgate, ...Deno.args.map(Number));
`;

let project;

before(() => {
  project = createProject();
  const scripts = {
    "ask.js": asking, "count.js": counting, "score.js": scoring, "suite.js": suite,
  };
  project.write(".", { "use.js": program(), ...scripts });
});
after(() => project?.remove());

/** Runs a script in Deno; answers the lines of JSON that it printed. */
async function answers(timeout, ...script) {
  const driver = lavapipe();
  assert.ok(driver, "there is no driver that the CPU plays: Debian's mesa-vulkan-drivers has one");
  const args = ["run", "--no-prompt", "--allow-read", "--node-modules-dir=manual", ...script];
  const child = spawn(runtime("deno"), args, {
    cwd: project.folder,
    stdio: ["ignore", "pipe", "inherit"],
    timeout,
    env: {
      ...process.env,
      // Or it takes OpenGL where Vulkan has no driver.
      DENO_WEBGPU_BACKEND: "vulkan",
      VK_DRIVER_FILES: driver,
      VK_ICD_FILENAMES: driver,
      // Where there is none, what looks for screens complains.
      XDG_RUNTIME_DIR: project.folder,
    },
  });
  const ended = once(child, "close");
  const lines = [];
  for await (const line of readline.createInterface({ input: child.stdout })) {
    if (line.startsWith("{")) lines.push(JSON.parse(line));
  }
  const [code, signal] = await ended;
  assert.equal(code, 0, `Deno ended with ${signal ?? code} after ${lines.length} answers`);
  return lines;
}

const inBoth = "Deno trains, saves, loads and scores on WebGPU, in its thread and in a Worker";
test(inBoth, { timeout: 120_000 }, async () => {
  const [{ description, isFallbackAdapter, heads }] = await answers(110_000, "ask.js");
  console.log(`  ${description}`);
  assert.match(description, /llvmpipe/);
  assert.equal(isFallbackAdapter, true);
  assert.equal(heads.length, 2);
  for (const head of heads) checkAnswer(head, "webgpu");
  works("WebGPU in Deno");
});

test("a fit does not wait for the device after every batch", { timeout: 120_000 }, async () => {
  const [{ waits, steps }] = await answers(110_000, "count.js");
  assert.equal(steps, 400);
  assert.ok(waits > 0 && waits < 250, `${waits} waits in ${steps} steps`);
});

test("a score waits for the device once for the head's answer, and once for its own products", {
  timeout: 120_000,
}, async () => {
  const [waits] = await answers(110_000, "score.js");
  assert.deepEqual(waits, { msp: 1, mahalanobis: 2, rmd: 2, knn: 2, auto: 2, unknown: 2 });
});

test("the suite on Deno's WebGPU", { timeout: 600_000 }, async (t) => {
  const every = Array.from({ length: shares }, (_, share) => share);
  const runs = every.map((share) => answers(590_000, "suite.js", share, shares));
  const done = (await Promise.all(runs)).flat();
  for (const name of cases) {
    await t.test(name, () => {
      const outcome = done.find((one) => one.name === name);
      assert.ok(outcome, "it was not run");
      assert.equal(outcome.problem, undefined);
    });
  }
});
