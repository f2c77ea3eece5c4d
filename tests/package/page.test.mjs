// The packed package in pages without a bundler: by import map and by address, in a worker, under a strict policy, and with
// its wasm handed over.

import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { launchFirefox } from "../../pkg/scripts/firefox.mjs";
import { serve } from "../../pkg/scripts/serve.mjs";
import { works } from "./consumers.mjs";
import { createProject, program, threads } from "./project.mjs";
import { recipe } from "./recipe.mjs";
import { checkAnswer, checkPage, checkSteps, everywhere, visit } from "./visit.mjs";

const address = "/node_modules/oodgate/dist/index.js";
const index = '<!doctype html>\n<script type="module" src="main.js"></script>\n';

let project;
let browser;

before(async () => {
  project = createProject();
  project.write("by-address", { "index.html": index, ...threads(address) });
  project.write("by-map", { ...recipe("Without a bundler"), ...threads("oodgate"), "thread.js": threads(address)["thread.js"] });
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
  for (const [name, page, thread] of [["by import map", "by-map"], ["by address", "by-address"], ["by address, in a worker", "by-address", true]]) {
    test(name, async () => {
      await checkPage({ browser, project, mounts: mounts(page), thread });
      works(`a plain page ${name}`);
    });
  }
});

describe("a strict Content-Security-Policy", { timeout: 90_000 }, () => {
  const headers = headersOf(recipe("Content-Security-Policy").headers);

  for (const [place, thread] of [["a window", false], ["a worker", true]]) {
    test(`in ${place}`, async () => {
      await checkPage({ browser, project, mounts: mounts("by-address"), headers, thread });
      works(`${place} under a strict policy`);
    });
  }

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

describe("from another origin", { timeout: 180_000 }, () => {
  let cdn;
  const of = (text) => text.replaceAll("https://cdn.example/", cdn.url).replaceAll("https://cdn.example", cdn.url.slice(0, -1));

  before(async () => {
    const headers = { "access-control-allow-origin": "*" };
    cdn = await serve({ mounts: { "/": project.inside("node_modules") }, headers });
    const { "index.html": byMap } = recipe("From a CDN");
    const { "thread.js": thread, "use.js": use } = threads(of("https://cdn.example/oodgate/dist/index.js"));
    project.write("cdn-by-map", { "index.html": of(byMap), ...threads("oodgate"), "thread.js": thread.replace("./use.js", "./other.js"), "other.js": use });
    project.write("cdn-by-address", { "index.html": index, ...threads(of("https://cdn.example/oodgate/dist/index.js")) });
  });
  after(() => cdn?.close());

  for (const [name, folder, hasPolicy] of [["by import map", "cdn-by-map"], ["by address, under a policy", "cdn-by-address", true]]) {
    test(`${name}, in the window, in Workers of the heads and in one of the page`, async () => {
      const headers = hasPolicy ? headersOf(of(recipe("From a CDN").headers)) : {};
      const server = await serve({ mounts: { "/": project.inside(folder) }, headers });
      try {
        await visit(browser, server.url, (page) => checkSteps(page, everywhere));
        works("a page with the package from another origin");
      } finally {
        await server.close();
      }
    });
  }

  test("in Firefox", async () => {
    const firefox = await launchFirefox();
    const server = await serve({ mounts: { "/": project.inside("cdn-by-map") } });
    try {
      await visit(firefox, server.url, (page) => checkSteps(page, everywhere.filter(({ on }) => on === "cpu")));
    } finally {
      await firefox.close();
      await server.close();
    }
  });

  test("without blob: in the policy, worker: true is refused with the reason", async () => {
    const headers = headersOf(of(recipe("From a CDN").headers).replace(" blob:", ""));
    const server = await serve({ mounts: { "/": project.inside("cdn-by-address") }, headers });
    try {
      await visit(browser, server.url, async (page) => {
        const error = await page.evaluate(() => globalThis.use("cpu", { worker: true }).catch(({ code, message }) => ({ code, message })));
        assert.equal(error.code, "worker-unavailable", JSON.stringify(error));
        assert.match(error.message, /worker\.js: .*policy/);
        checkAnswer(await page.evaluate(() => globalThis.use("cpu")), "cpu");
      });
    } finally {
      await server.close();
    }
  });
});

describe("Firefox, which has no WebGPU here", { timeout: 90_000 }, () => {
  let firefox;
  before(async () => (firefox = await launchFirefox()));
  after(() => firefox?.close());

  const [[name, policy]] = Object.entries(headersOf(recipe("Content-Security-Policy").headers));
  // Firefox asks for an icon by itself, and reports it when the policy forbids that.
  const headers = { [name]: `${policy}; img-src 'self'` };
  for (const [place, thread] of [["a window", false], ["a worker", true]]) {
    test(`in ${place} under a strict policy`, async () => {
      await checkPage({ browser: firefox, project, mounts: mounts("by-address"), headers, thread, backends: ["cpu"] });
      works(`${place} of Firefox`);
    });
  }
});

test("scripts are fetched with what needs them", { timeout: 60_000 }, async () => {
  const sent = [];
  const scripts = project.inside("node_modules", "oodgate", "dist");
  const onFile = (file) => path.dirname(file) === scripts && sent.push(path.basename(file));
  const server = await serve({ mounts: mounts("by-address"), onFile });
  try {
    await visit(browser, server.url, async (page) => {
      const calls = [["cpu", {}], ["cpu", { saved: true }], ["cpu", { worker: true }], ["webgpu", {}]];
      const fetched = [sent.splice(0)];
      for (const call of calls) {
        await page.evaluate((given) => globalThis.use(...given), call);
        fetched.push(sent.splice(0));
      }
      assert.deepEqual(fetched, [["index.js", "create.js"], [], ["files.js"], ["remote.js", "worker.js"], ["webgpu.js"]]);
    });
  } finally {
    await server.close();
  }
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

describe("files handed over", { timeout: 120_000 }, () => {
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
    const inPackage = (...parts) => project.inside("node_modules", "oodgate", ...parts);
    const wasm = Object.fromEntries(project.wasmFiles.map((name) => [`/elsewhere/${name}.wasm`, inPackage("wasm", name, "oodgate_bg.wasm")]));
    server = await serve({
      mounts: {
        "/": project.inside("handed-over"),
        // The scripts without the files that they would find beside them: what is used was handed over.
        [address.replace("index.js", "")]: inPackage("dist"),
        [address.replace("index.js", "worker.js")]: project.inside("nothing"),
        "/elsewhere/worker.js": inPackage("dist", "worker.js"),
        ...wasm,
      },
    });
  });
  after(() => server?.close());

  const handOver = (make) => `(async () => {
    const make = ${make};
    const [wasm, webgpuWasm, filesWasm] = await Promise.all(["cpu", "webgpu", "files"].map((name) => make("elsewhere/" + name + ".wasm")));
    await init({ wasm, webgpuWasm, filesWasm, worker: "elsewhere/worker.js" });
  })()`;

  for (const [name, make] of Object.entries(forms)) {
    test(`as ${name}`, () =>
      visit(browser, server.url, async (page) => {
        await page.evaluate(handOver(make));
        // A Response can be read once, by one thread.
        const once = name === "a Response";
        await checkSteps(page, everywhere.filter(({ call, options }) => call === "use" && !(once && options?.worker)));
        works("a page with its files handed over");
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
