// WebGPU as only a browser has it: why "auto" and "webgpu" refuse an adapter, and what a step asks of the device.

import assert from "node:assert/strict";
import { test } from "node:test";
import { needBuild, withPage } from "../lib/page.mjs";

needBuild();

/** Replaces navigator.gpu before anything looks at it; `kind` names what is wrong with the new one. */
function breakWebGpu(kind) {
  const features = new Set(kind === "no timestamps" ? [] : ["timestamp-query"]);
  const limits = { maxStorageBuffersPerShaderStage: kind === "small" ? 4 : 8, maxComputeInvocationsPerWorkgroup: 256 };
  // Its answers take long enough for any step of a small head on the CPU.
  const buffer = { mapAsync: () => new Promise((resolve) => setTimeout(resolve, 20)), unmap() {} };
  const encoder = { copyBufferToBuffer() {}, finish() {} };
  const device = { queue: { submit() {} }, createBuffer: () => buffer, createCommandEncoder: () => encoder, destroy() {} };
  const requestDevice = async () => {
    if (kind === "no device") throw new TypeError("the device is gone");
    return device;
  };
  const adapter = { features, limits, requestDevice, info: { architecture: kind === "software" ? "swiftshader" : "test", vendor: "", isFallbackAdapter: false } };
  const requestAdapter = async () => {
    if (kind === "throws") throw new TypeError("the driver is gone");
    return kind === "no adapter" ? null : adapter;
  };
  Object.defineProperty(navigator, "gpu", { value: kind === "missing" ? undefined : { requestAdapter } });
}

/** [what is wrong, the reason to be given, whether a forced "webgpu" is refused too] */
const reasons = [
  ["missing", /navigator\.gpu is missing/, true],
  ["no adapter", /offers no adapter/, true],
  ["throws", /failed: the driver is gone/, true],
  ["no timestamps", /lacks timestamp-query/, true],
  ["small", /maxStorageBuffersPerShaderStage is 4, below 8/, true],
  ["software", /software \(swiftshader\)/, false],
  // From here on a real GPU as far as one can see.
  ["no device", /the device is gone/, false],
  ["far away", /takes [\d.]+ ms on the CPU, an empty round trip to the GPU [\d.]+ ms/, false],
];

for (const [kind, reason, refused] of reasons) {
  test(`the reason for the CPU when WebGPU is: ${kind}`, () =>
    withPage({ entry: "browser/page.mjs" }, async (page) => {
      await page.evaluate(breakWebGpu, kind);
      const outcome = await page.evaluate(async () => {
        const { createHead } = await import("oodgate");
        const { backend, fallbackReason } = await createHead({ features: 4, classes: 2 });
        return { backend, fallbackReason };
      });
      assert.equal(outcome.backend, "cpu");
      assert.match(outcome.fallbackReason, reason);
      if (!refused) return;
      const error = await page.evaluate(async () => {
        const { createHead } = await import("oodgate");
        return createHead({ features: 4, classes: 2, backend: "webgpu" }).catch(({ name, code, message }) => ({ name, code, message }));
      });
      assert.equal(error.name, "OodgateError");
      assert.equal(error.code, "webgpu-unavailable");
      assert.match(error.message, reason);
    }));
}

test("a step of a linear head: few dispatches, one read-back; a fit reads back once, and the weights once for its checkpoint", () =>
  withPage({ entry: "bench/counters.mjs" }, async (page) => {
    const counts = await page.evaluate(async () => {
      const { takeCounts } = await import("/tests/bench/counters.mjs");
      const { createHead } = await import("oodgate");
      const head = await createHead({ features: 64, classes: 10, backend: "webgpu" });
      const rows = Float32Array.from({ length: 64 * 320 }, (_, index) => Math.sin(index));
      const labels = Int32Array.from({ length: 320 }, (_, row) => row % 10);
      const step = () => head.trainStep(rows.subarray(0, 64 * 32), labels.subarray(0, 32));
      const fit = (options) => head.fit(rows, labels, { epochs: 5, batchSize: 32, ...options });
      // Ends with a checkpoint, as every fit does: the next one is a second away.
      await fit();
      let last = performance.now();
      /** What `task` asks of the device, and how many checkpoints may come due in its time. */
      const count = async (task) => {
        takeCounts();
        await task();
        const due = Math.floor((performance.now() - last) / 1000);
        last = performance.now();
        return { ...takeCounts(), due };
      };
      return { fit: await count(() => fit()), reported: await count(() => fit({ onEpoch: () => {} })), one: await count(step) };
    });
    const { fit, one, reported } = counts;
    const readbacks = ({ readbacks, due }, least) => assert.ok(readbacks >= least && readbacks <= least + due, JSON.stringify(counts));
    assert.ok(one.dispatches > 0 && one.dispatches <= 6, JSON.stringify(one));
    readbacks(one, 1);
    // 50 steps.
    assert.ok(fit.dispatches > 0 && fit.dispatches <= 50 * 6, JSON.stringify(fit));
    readbacks(fit, 1 + 1);
    readbacks(reported, 5 + 1);
  }));
