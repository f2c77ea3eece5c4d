// The packed package in pages without a bundler: by import map and by address, in a worker, under a strict policy, and with
// its wasm handed over.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { serve } from "../../pkg/scripts/serve.mjs";
import { createProject, program, threads } from "./project.mjs";
import { recipe } from "./recipe.mjs";
import { checkAnswer, checkPage, visit } from "./visit.mjs";

const address = "/node_modules/oodgate/dist/index.js";
const index = '<!doctype html>\n<script type="module" src="main.js"></script>\n';

let project;
let browser;

before(async () => {
  project = createProject();
  project.write("by-address", { "index.html": index, ...threads(address) });
  project.write("by-map", { ...recipe("Without a bundler"), ...threads("oodgate"), "worker.js": threads(address)["worker.js"] });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  project?.remove();
});

const mounts = (page) => ({ "/": project.inside(page), "/node_modules/": project.inside("node_modules") });

/** The headers of a recipe, { name: value }. */
const headersOf = (text) => Object.fromEntries(text.trim().split("\n").map((line) => line.split(/:\s*(.*)/s)));

describe("a plain page", { timeout: 90_000 }, () => {
  test("by import map", () => checkPage({ browser, project, mounts: mounts("by-map") }));
  test("by address", () => checkPage({ browser, project, mounts: mounts("by-address") }));
  test("by address, in a module worker", () => checkPage({ browser, project, mounts: mounts("by-address"), call: "useInWorker" }));
});

describe("a strict Content-Security-Policy", { timeout: 90_000 }, () => {
  const headers = headersOf(recipe("Content-Security-Policy").headers);

  test("in a window", () => checkPage({ browser, project, mounts: mounts("by-address"), headers }));
  test("in a worker", () => checkPage({ browser, project, mounts: mounts("by-address"), headers, call: "useInWorker" }));

  test("without 'wasm-unsafe-eval' a head is refused with the reason", async () => {
    const stricter = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace(" 'wasm-unsafe-eval'", "")]));
    const server = await serve({ mounts: mounts("by-address"), headers: stricter });
    try {
      await visit(browser, server.url, async (page) => {
        const error = await page.evaluate(() => globalThis.use("cpu").catch(({ name, code, message }) => ({ name, code, message })));
        assert.equal(error.code, "wasm-unavailable", JSON.stringify(error));
        assert.match(error.message, /Content Security Policy/);
      });
    } finally {
      await server.close();
    }
  });
});

/** Each form of a wasm file that init takes, as the page makes it of the file's address. */
const forms = {
  "an address": (url) => url,
  "a URL": (url) => new URL(url, location.href),
  "a Response": (url) => fetch(url),
  "bytes": async (url) => (await fetch(url)).arrayBuffer(),
  "a view of bytes": async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer()),
  "a compiled module": (url) => WebAssembly.compileStreaming(fetch(url)),
};

describe("wasm handed over", { timeout: 90_000 }, () => {
  let server;
  before(async () => {
    project.write("handed-over", {
      "index.html": index,
      "main.js": `
        import { init } from "${address}";
        import { use } from "./use.js";
        Object.assign(globalThis, { use, init });
      `,
      "use.js": program(address),
    });
    const wasm = (engine) => project.inside("node_modules", "oodgate", "wasm", engine, "oodgate_bg.wasm");
    server = await serve({
      mounts: {
        "/": project.inside("handed-over"),
        "/node_modules/oodgate/": project.inside("node_modules", "oodgate"),
        // The package's own places are taken away: what it uses was handed over.
        "/node_modules/oodgate/wasm/cpu/oodgate_bg.wasm": project.inside("nothing"),
        "/node_modules/oodgate/wasm/webgpu/oodgate_bg.wasm": project.inside("nothing"),
        "/elsewhere/cpu.wasm": wasm("cpu"),
        "/elsewhere/webgpu.wasm": wasm("webgpu"),
      },
    });
  });
  after(() => server?.close());

  for (const [name, make] of Object.entries(forms)) {
    test(`as ${name}`, () =>
      visit(browser, server.url, async (page) => {
        const run = (source) =>
          page.evaluate(`(async () => {
            const make = ${source};
            await init({ wasm: await make("/elsewhere/cpu.wasm"), webgpuWasm: await make("/elsewhere/webgpu.wasm") });
            return [await use("cpu"), await use("webgpu")];
          })()`);
        const [cpu, webgpu] = await run(make);
        checkAnswer(cpu, "cpu");
        checkAnswer(webgpu, "webgpu");
      }));
  }

  test("what cannot be loaded is refused by name, and can be handed over again", () =>
    visit(browser, server.url, async (page) => {
      const outcome = await page.evaluate(async () => {
        const { init, use } = globalThis;
        const code = (error) => error.code;
        const codes = [
          await init().catch(code),
          await init({ wasm: "/nowhere.wasm" }).catch(code),
          await use("cpu").catch(code),
          await init({ wasm: Uint8Array.of(1, 2, 3), webgpuWasm: "/nowhere.wasm" }).catch(code),
          await init({ wasm: "/elsewhere/cpu.wasm" }),
          await use("webgpu").catch(code),
          await init({ webgpuWasm: "/elsewhere/webgpu.wasm" }),
        ];
        return { codes, answers: [await use("cpu"), await use("webgpu")] };
      });
      const missing = "wasm-unavailable";
      assert.deepEqual(outcome.codes.map((code) => code ?? "loaded"), [missing, missing, missing, missing, "loaded", "webgpu-unavailable", "loaded"]);
      checkAnswer(outcome.answers[0], "cpu");
      checkAnswer(outcome.answers[1], "webgpu");
    }));
});
