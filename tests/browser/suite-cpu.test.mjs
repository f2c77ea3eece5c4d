// One and the same suite on both backends, in a window, in a worker and with heads in Workers of a real browser, and on the CPU in Node.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { needBuild, withPage } from "../lib/page.mjs";
import { names, run } from "../suite/index.mjs";

needBuild();

const hasAdapter = async () => (await navigator.gpu?.requestAdapter()) != null;

for (const [place, call] of [["a window", "runCase"], ["a worker", "runCaseInWorker"], ["heads' own Workers", "runCaseOnWorkers"]]) {
  for (const backend of ["cpu", "webgpu"]) {
    test(`${backend} in ${place}`, async (t) => {
      await withPage({ entry: "browser/page.mjs" }, async (page) => {
        // A missing adapter must fail the WebGPU runs, not pass them by falling back.
        assert.ok(await page.evaluate(hasAdapter), "the test browser has no WebGPU adapter");
        for (const name of names) {
          await t.test(name, () => page.evaluate(([call, ...of]) => globalThis[call](...of), [call, name, backend]));
        }
      });
    });
  }
}

test("cpu in Node", async (t) => {
  const oodgate = await import("../../pkg/dist/index.js");
  const bytes = async (name) => new Uint8Array(await readFile(new URL(`../golden/${name}`, import.meta.url)));
  const golden = async (name) => JSON.parse(new TextDecoder().decode(await bytes(name)));
  for (const name of names) await t.test(name, () => run(name, { oodgate, backend: "cpu", worker: false, golden, bytes }));
});
