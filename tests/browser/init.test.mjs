// Wasm files that are none, handed over before anything is loaded: refused, and the next attempt starts afresh.

import assert from "node:assert/strict";
import { test } from "node:test";
import { needBuild, withPage } from "../lib/page.mjs";

needBuild();

/** Runs in the page: what each attempt came to, in order, and whether the package still works afterwards. */
async function attempts() {
  const { createHead, init, metrics } = await import("oodgate");
  const refusal = ({ name, code, message }) => ({ name, code, message });
  const outcome = (call) => Promise.resolve().then(call).then(() => ({ message: "no refusal" }), refusal);
  const detached = new ArrayBuffer(8);
  structuredClone(detached, { transfer: [detached] });
  const outcomes = {
    "metrics before init": await outcome(() => metrics.auroc([1], [2])),
    "no bytes": await outcome(() => init({ wasm: new Uint8Array(0) })),
    "bytes of something else": await outcome(() => init({ wasm: new TextEncoder().encode("<!doctype html>") })),
    "a buffer transferred away": await outcome(() => init({ wasm: detached })),
    "a response that is an error": await outcome(() => init({ wasm: new Response("not found", { status: 404 }) })),
    "an address where nothing lies": await outcome(() => init({ wasm: "/nothing.wasm" })),
    "an address that is none": await outcome(() => init({ wasm: "http://[" })),
    "an empty address": await outcome(() => init({ wasm: "" })),
  };
  const bytes = await (await fetch("/pkg/wasm/cpu/oodgate_bg.wasm")).arrayBuffer();
  await init({ wasm: bytes });
  const head = await createHead({ features: 2, classes: 2, backend: "cpu" });
  return { outcomes, logits: (await head.logits(new Float32Array(2))).length, auroc: metrics.auroc([1], [2]) };
}

/** Runs in the page: a wasm file that can be instantiated, but is another. The generated code keeps it for good. */
async function foreign() {
  const { createHead, init } = await import("oodgate");
  const outcome = (call) => call().then(() => "no refusal", ({ code, message }) => [code, message]);
  const header = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
  return [
    await outcome(() => init({ wasm: header })),
    await outcome(() => init()),
    await outcome(() => createHead({ features: 2, classes: 2, backend: "cpu" })),
  ];
}

test("another wasm file", () =>
  withPage({ entry: "bench/counters.mjs" }, async (page) => {
    const outcomes = await page.evaluate(foreign);
    assert.deepEqual(outcomes.map(([code]) => code), ["wasm-unavailable", "wasm-unavailable", "wasm-unavailable"]);
    assert.match(outcomes[2][1], /another wasm file .* reloaded/);
  }));

test("wasm files that are none", () =>
  withPage({ entry: "bench/counters.mjs" }, async (page) => {
    const { outcomes, logits, auroc } = await page.evaluate(attempts);
    for (const [what, { name, code, message }] of Object.entries(outcomes)) {
      assert.deepEqual([name, code], ["OodgateError", "wasm-unavailable"], `${what}: ${message}`);
    }
    assert.deepEqual([logits, auroc], [2, 1]);
    console.log(`${Object.keys(outcomes).length} wasm files refused`);
  }));
