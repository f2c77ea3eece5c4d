// What a head takes of memory at most, from its rows to its file: docs/platforms.md states the
// budget.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { at } from "../../pkg/scripts/shell.mjs";
import { needBuild, withPage } from "../lib/page.mjs";

needBuild();

const rounds = 10;
const MiB = 2 ** 20;

/** Bytes, for 1000 rows of 1280 features. A process has compiled code and arrays, too. */
const budget = { wasm: 120 * MiB, process: 224 * MiB };

const mebibytes = (bytes) => (bytes / MiB).toFixed(1);

/** Checks the bytes of the wasm memories after each round, and by how much the process grew. */
function check(place, bytes, growth) {
  const process = growth === undefined ? "" : `; process + ${mebibytes(growth)} MiB at most`;
  console.log(`${place}: wasm ${bytes.map(mebibytes).join(" ")} MiB${process}`);
  assert.equal(bytes.length, rounds);
  const most = Math.max(...bytes);
  assert.ok(most <= budget.wasm, `${place}: ${mebibytes(most)} MiB of wasm memory`);
  // The sixth round takes as much as the first, and no later one more.
  assert.equal(Math.max(...bytes.slice(5)), most, `${place}: wasm memory grows`);
  if (growth !== undefined) {
    assert.ok(growth > most / 2, `${place}: another process was measured`);
    assert.ok(growth <= budget.process, `${place}: the process grew by ${mebibytes(growth)} MiB`);
  }
}

/** Bytes that processes have in memory, and had at most; undefined where the system tells none. */
function resident(processes) {
  const files = processes.map((id) => `/proc/${id}/status`);
  if (!files.every((file) => existsSync(file))) return undefined;
  const texts = files.map((file) => readFileSync(file, "utf8"));
  const sum = (name) => texts.reduce(
    (bytes, text) => bytes + 1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)[1]),
    0,
  );
  return { now: sum("VmRSS"), most: sum("VmHWM") };
}

/** The processes of pages: ours, and those that wait for the next page. */
async function renderers(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
}

for (const worker of [false, true]) {
  test(`a head's life in ${worker ? "a Worker" : "the page's thread"}`, { timeout: 300_000 }, () =>
    withPage({ entry: "soak/flow.mjs" }, async (page, browser) => {
      await page.evaluate(async () => {
        const { init } = await import("oodgate");
        await init({ worker: "/tests/soak/worker.mjs" });
      });
      const processes = await renderers(browser);
      const before = resident(processes);
      const bytes = await page.evaluate(async ([rounds, worker]) => {
        const { repeat } = await import("/tests/soak/flow.mjs");
        return repeat(rounds, worker);
      }, [rounds, worker]);
      const after = resident(processes);
      check(worker ? "Worker" : "page", bytes, before && after.most - before.now);
    }));
}

test("a head's life in Node", { timeout: 300_000 }, () => {
  const script = `
    const { repeat } = await import("./tests/soak/flow.mjs");
    const before = process.memoryUsage.rss();
    const bytes = await repeat(${rounds});
    // In KiB.
    const growth = 1024 * process.resourceUsage().maxRSS - before;
    console.log(JSON.stringify({ bytes, growth }));
  `;
  const options = { cwd: at(), encoding: "utf8", timeout: 280_000 };
  const printed = execFileSync(process.execPath, ["--input-type=module", "-e", script], options);
  const { bytes, growth } = JSON.parse(printed);
  check("Node", bytes, growth);
});
