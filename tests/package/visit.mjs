// Opens a page that uses the installed package, and checks what it answers and what it downloads.

import assert from "node:assert/strict";
import { serve } from "../../pkg/scripts/serve.mjs";

/** Asserts what the program of project.mjs answers on a working backend. */
export function checkAnswer({ backend, accuracy, auroc, steps }, expected) {
  assert.equal(backend, expected);
  assert.equal(steps, 100, `${expected}: updates`);
  assert.ok(accuracy > 0.95, `${expected}: accuracy ${accuracy}`);
  assert.ok(auroc > 0.95, `${expected}: AUROC ${auroc}`);
}

/**
 * Opens `url` and waits until its script has put `use` on the window; anything uncaught in the page fails.
 * @param {import("playwright-core").Browser | import("puppeteer-core").Browser} browser what is used of a page is the same in both
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
      page.setDefaultTimeout(60_000);
      await page.waitForFunction("globalThis.use");
      await body(page);
    };
    await Promise.race([work(), broken]);
  } finally {
    await page.close();
  }
}

/** What a page does, in order: { on: backend, call, options, fetches: the wasm files that are fetched meanwhile }. */
const inWindow = [
  { on: "cpu", fetches: ["cpu"] },
  { on: "webgpu", fetches: ["webgpu"] },
  { on: "cpu", options: { saved: true }, fetches: ["files"] },
  { on: "webgpu", options: { saved: true }, fetches: [] },
  // Each head's Worker is a thread with files of its own: here the one that is saved, and the one that is loaded.
  { on: "cpu", options: { worker: true, saved: true }, fetches: ["cpu", "files", "cpu", "files"] },
  { on: "webgpu", options: { worker: true, saved: true }, fetches: ["cpu", "webgpu", "files", "cpu", "files", "webgpu"] },
].map((step) => ({ call: "use", ...step }));

/** A worker of the page's own. */
const inWorker = inWindow.filter(({ options }) => !options?.worker).map((step) => ({ ...step, call: "useInWorker" }));

/** What both come to, for pages whose fetches a test does not see. */
export const everywhere = [...inWindow, ...inWorker];

/** Does in the page what `steps` say, and checks each answer; `fetched` answers what was fetched since it was last asked. */
export async function checkSteps(page, steps, fetched) {
  for (const { on, call, options, fetches } of steps) {
    checkAnswer(await page.evaluate(([name, ...given]) => globalThis[name](...given), [call, on, options]), on);
    if (fetched) assert.deepEqual(fetched(), fetches, `wasm files fetched by ${call}(${on}, ${JSON.stringify(options)})`);
  }
}

/**
 * Serves a built page and runs the program on both backends in its window, or in a worker of its own.
 * @param {object} options
 * @param {import("playwright-core").Browser | import("puppeteer-core").Browser} options.browser
 * @param {ReturnType<import("./project.mjs").createProject>} options.project whose wasm files the page has copies of
 * @param {Record<string, string>} options.mounts for serve()
 * @param {Record<string, string>} [options.headers] for serve()
 * @param {boolean} [options.thread] whether the page has a worker of its own do it
 * @param {string[]} [options.backends] those that the browser has
 */
export async function checkPage({ browser, project, mounts, headers, thread = false, backends = ["cpu", "webgpu"] }) {
  let sent = [];
  const onFile = (file) => {
    const name = file.endsWith(".wasm") && project.wasmFile(file);
    if (name) sent.push(name);
  };
  const fetched = () => {
    const since = sent;
    sent = [];
    return since;
  };
  const server = await serve({ mounts, headers, onFile });
  try {
    await visit(browser, server.url, async (page) => {
      assert.deepEqual(fetched(), [], "nothing is fetched before it is needed");
      await checkSteps(page, (thread ? inWorker : inWindow).filter(({ on }) => backends.includes(on)), fetched);
    });
  } finally {
    await server.close();
  }
}
