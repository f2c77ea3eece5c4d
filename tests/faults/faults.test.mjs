// Faults of the platform: each ends in its code, what was learnt is kept, and the page goes on.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { needBuild, withPage } from "../lib/page.mjs";

needBuild();

let injected = 0;
after(() => console.log(`${injected} faults injected: nothing lost but what the last checkpoint did not have`));

const onPage = (body) => withPage({ entry: "faults/page.mjs" }, body);

/** Runs a scenario and checks what holds after every fault: the head goes on, and so does the page. */
async function meet(page, name, options, code) {
  const result = await page.evaluate(([scenario, given]) => globalThis.fault(scenario, given), [name, options]);
  injected += 1;
  const told = `${name} ${JSON.stringify(options)}: ${JSON.stringify(result)}`;
  assert.equal(result.code, code, told);
  const [before, restored, next] = result.steps;
  assert.ok(result.kept && restored >= before, `weights are lost: ${told}`);
  assert.equal(next, restored + 1, told);
  assert.equal(result.fresh, 1, told);
  if ("neighbour" in result) assert.equal(result.neighbour, true, `another head changed: ${told}`);
  return result;
}

for (const backend of ["cpu", "webgpu"]) {
  test(`traps inside the instance, ${backend}`, () =>
    onPage(async (page) => {
      await meet(page, "trap", { backend, message: "unreachable" }, "out-of-memory");
      await meet(page, "trap", { backend, message: "memory access out of bounds" }, "crashed");
      await meet(page, "trap in a fit", { backend }, "out-of-memory");
      await meet(page, "trap beside a fit", { backend }, "out-of-memory,out-of-memory");
      await meet(page, "trap of a listener", { backend }, "RuntimeError: unreachable");
    }));

  test(`traps in changes of rows and classes, ${backend}`, () =>
    onPage(async (page) => {
      // On the CPU setWeights calls nothing outside of the instance, where a trap could be put.
      const changes = ["addRows", "removeRows", "addClass", "removeClass", "explain", "refit", ...(backend === "webgpu" ? ["setWeights"] : [])];
      for (const change of changes) {
        await meet(page, "trap in a change", { backend, change }, "out-of-memory,5 classes, 5, true");
      }
    }));

  test(`calls that pile up, are aborted, or whose head is disposed, ${backend}`, () =>
    onPage(async (page) => {
      const { inOrder } = await meet(page, "a thousand steps at once", { backend }, "resolved");
      assert.ok(inOrder, "steps out of order");
      await meet(page, "aborted fit", { backend }, "enough");
      // What has begun is finished, but for a fit, which may be long.
      await meet(page, "dispose during calls", { backend }, "resolved,disposed,resolved,resolved");
    }));
}

// A head that cannot be restored on WebGPU goes to the CPU.
for (const [backend, next] of [["cpu", "out-of-memory"], ["webgpu", "resolved"]]) {
  test(`an instance that cannot be replaced at once, ${backend}`, () =>
    onPage(async (page) => {
      const code = ["out-of-memory", "out-of-memory", next, next, "out-of-memory"].join();
      assert.equal((await meet(page, "recovery that fails", { backend }, code)).backend, "cpu");
    }));
}

test("a trap of another library's wasm", () =>
  onPage((page) => meet(page, "trap of another library", { backend: "webgpu" }, "resolved,false,true,true")));

test("the device is lost", () =>
  onPage(async (page) => {
    const step = await meet(page, "device lost", { during: "step" }, "device-lost");
    assert.equal(step.backend, "webgpu", "a first loss is followed by another device");
    await meet(page, "device lost", { during: "fit" }, "device-lost");
    const twice = await meet(page, "device lost", { during: "step", times: 2 }, "device-lost,device-lost");
    assert.equal(twice.backend, "cpu", "after a second one the head goes on on the CPU");
    assert.match(twice.reason, /the WebGPU engine was lost/);
    await meet(page, "arrays after a loss", {}, "device-lost,resolved");
  }));

test("WebGPU throws inside the engine", () => onPage((page) => meet(page, "error of the browser", {}, "crashed")));

// On a page of its own, where the engine has no device yet.
test("a GPU that cannot be tried", () => onPage((page) => meet(page, "a GPU that cannot be tried", {}, "cpu: the engine stopped: TypeError: made up")));

test("the device runs out of memory", () => onPage((page) => meet(page, "device out of memory", {}, "out-of-memory")));

test("the instance runs out of memory", () =>
  onPage(async (page) => {
    const { heads } = await meet(page, "wasm out of memory", {}, "out-of-memory");
    console.log(`  ${heads} heads of 60 million parameters fitted`);
  }));

test("a Worker that ends", () => onPage((page) => meet(page, "broken worker", {}, "disposed")));

test("a long call of a head in a Worker is ended at once", () =>
  onPage(async (page) => {
    for (const [how, code] of [["dispose", "disposed,disposed"], ["signal", "enough,6000"]]) {
      const { took, whole } = await meet(page, "ended during a long call", { how }, code);
      console.log(`  ${how}: ${took.toFixed(1)} ms after ${(whole - took).toFixed(0)} ms`);
      // The machine may be busy; what it must not do is wait for the answer.
      assert.ok(took < 100, `${how} took ${took} ms`);
      if (how === "signal") assert.ok(whole > 2 * took, "the call was no long one");
    }
  }));

test("a frozen page's fit goes on when it wakes", () =>
  onPage(async (page) => {
    await page.evaluate(() => globalThis.longFit());
    await page.waitForFunction("globalThis.epochs > 10");
    const session = await page.context().newCDPSession(page);
    await session.send("Page.setWebLifecycleState", { state: "frozen" });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await session.send("Page.setWebLifecycleState", { state: "active" });
    const woken = await page.evaluate(() => globalThis.epochs);
    await page.waitForFunction((count) => globalThis.epochs > count + 10, woken);
    injected += 1;
    await page.evaluate(() => globalThis.stop.abort());
  }));
