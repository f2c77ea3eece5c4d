// Opens a page that uses the installed package, and checks what it answers and what it downloads.

import assert from "node:assert/strict";
import { serve } from "../../pkg/scripts/serve.mjs";

/** Asserts what the program of project.mjs answers on a working backend. */
export function checkAnswer({ backend, accuracy, auroc }, expected) {
  assert.equal(backend, expected);
  assert.ok(accuracy > 0.95, `${expected}: accuracy ${accuracy}`);
  assert.ok(auroc > 0.95, `${expected}: AUROC ${auroc}`);
}

/**
 * Opens `url` and waits until its script has put `use` on the window; anything uncaught in the page fails.
 * @param {import("playwright-core").Browser} browser
 * @param {string} url
 * @param {(page: import("playwright-core").Page) => Promise<void>} body
 */
export async function visit(browser, url, body) {
  const page = await browser.newPage();
  try {
    const broken = new Promise((_, failed) => {
      page.on("pageerror", (error) => failed(new Error(`Uncaught in the page: ${error.stack ?? error.message}`)));
      page.on("crash", () => failed(new Error("The page crashed.")));
      page.on("requestfailed", (request) => failed(new Error(`The page could not fetch ${request.url()}: ${request.failure()?.errorText}`)));
    });
    const work = async () => {
      await page.goto(url);
      await page.waitForFunction("globalThis.use", undefined, { timeout: 20_000 });
      await body(page);
    };
    await Promise.race([work(), broken]);
  } finally {
    await page.close();
  }
}

/**
 * Serves a built page and runs the program on both backends, in the window or through `call` in a worker.
 * @param {object} options
 * @param {import("playwright-core").Browser} options.browser
 * @param {ReturnType<import("./project.mjs").createProject>} options.project whose wasm files the page has copies of
 * @param {Record<string, string>} options.mounts for serve()
 * @param {Record<string, string>} [options.headers] for serve()
 * @param {string} [options.call] "use" or "useInWorker"
 * @param {boolean} [options.eager] each thread loads the CPU engine before it is asked for a head
 */
export async function checkPage({ browser, project, mounts, headers, call = "use", eager = false }) {
  const sent = [];
  const onFile = (file) => {
    const engine = file.endsWith(".wasm") && project.engineOf(file);
    if (engine) sent.push(engine);
  };
  const server = await serve({ mounts, headers, onFile });
  try {
    await visit(browser, server.url, async (page) => {
      if (!eager) assert.deepEqual(sent, [], "nothing is fetched before it is needed");
      const cpu = eager && call === "useInWorker" ? ["cpu", "cpu"] : ["cpu"];
      for (const [backend, expected] of [["cpu", cpu], ["webgpu", [...cpu, "webgpu"]]]) {
        checkAnswer(await page.evaluate(([name, on]) => globalThis[name](on), [call, backend]), backend);
        assert.deepEqual(sent, expected, `files fetched once ${backend} was used`);
      }
    });
  } finally {
    await server.close();
  }
}
