// The suite on the CPU engine in Safari's engine, in a window and in a worker, with a head in a
// Worker of its own and in storage.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { serve } from "../../pkg/scripts/serve.mjs";
import { at } from "../../pkg/scripts/shell.mjs";
import { launchWebKit } from "../../pkg/scripts/webkit.mjs";
import { needBuild } from "../lib/page.mjs";
import { names } from "../suite/index.mjs";

needBuild();

let server;
let browser;

before(async () => {
  const mounts = {
    "/": at("tests", "lib", "page.html"), "/tests/": at("tests"), "/pkg/": at("pkg"),
  };
  server = await serve({ mounts, isolated: true });
  browser = await launchWebKit();
  console.log(`  ${browser.version}`);
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** Opens the suite's page anew. */
async function open() {
  await browser.goto(server.url);
  await browser.evaluate(() => import("/tests/browser/page.mjs").then(() => {}));
}

for (const [place, call] of [["window", "runCase"], ["worker", "runCaseInWorker"]]) {
  test(`cpu in a ${place} of WebKit`, { timeout: 600_000 }, async (t) => {
    await open();
    for (const name of names) {
      const run = (call, name) => globalThis[call](name, "cpu").then(() => {});
      await t.test(name, () => browser.evaluate(run, call, name));
    }
  });
}

test("a head in a Worker, saved, stored and loaded", { timeout: 120_000 }, async () => {
  await open();
  const seen = await browser.evaluate(async () => {
    const { createHead } = await import("oodgate");
    const { storage } = await import("/pkg/dist/storage.js");
    const rows = Float32Array.from(
      { length: 800 },
      (_, index) => Math.sin(index * 12.9898) * 0.3 + ((index >> 3) % 2 === index % 2 ? 1 : 0),
    );
    const labels = Array.from({ length: 100 }, (_, row) => ["left", "right"][row % 2]);
    const head = await createHead({ features: 8, classes: ["left", "right"], worker: true });
    await head.fit(rows, labels);
    await head.calibrate();
    await storage.put("one", head);
    const again = await storage.get("one", { worker: true });
    const [one, two] = [await head.gate(rows), await again.gate(rows)];
    const list = (await storage.list()).map(({ name }) => name);
    head.dispose();
    again.dispose();
    const accepted = one.accepted.reduce((sum, row) => sum + row);
    const { backend } = head;
    return { accepted, same: String(one.score) === String(two.score), list, backend };
  });
  assert.ok(seen.accepted > 85, `${seen.accepted} of 100 rows accepted`);
  assert.deepEqual([seen.same, seen.list, seen.backend], [true, ["one"], "cpu"]);
});
