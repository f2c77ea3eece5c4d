// Starts the system's Chromium with a WebGPU adapter on machines that have no GPU, and says what that adapter can do.
//   node pkg/scripts/browser.mjs

import { createRequire } from "node:module";
import { findChromium } from "./chromium.mjs";
import { serve } from "./serve.mjs";
import { at, Failure, main } from "./shell.mjs";

const flags = [
  // Off by default on Linux. Chromium 156 needs no more than this for its software device; older ones wanted Vulkan named.
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  // A test browser talks to the test server and to nobody else.
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];

const adapters = {
  // SwiftShader comes with Chromium: the same device on every machine, with or without a GPU.
  software: ["--use-webgpu-adapter=swiftshader"],
  hardware: ["--ignore-gpu-blocklist"],
};

/**
 * A running Chromium, as playwright-core's Browser; the caller closes it.
 * @param {object} [options] playwright's launch options, and
 * @param {"software" | "hardware"} [options.adapter] which WebGPU adapter pages get; software (the default) is there everywhere
 */
export async function launch({ adapter = "software", args = [], ...options } = {}) {
  const executablePath = findChromium();
  if (!executablePath) throw new Failure('There is no Chromium: "npm run setup -- --browser" installs it, CHROMIUM_PATH names another.');
  if (!(adapter in adapters)) throw new Failure(`The WebGPU adapter is "software" or "hardware", not "${adapter}".`);
  // playwright-core is a dependency of tests/, not of the package that this folder belongs to.
  const { chromium } = createRequire(at("tests", "package.json"))("playwright-core");
  // Chromium's sandbox refuses to start for root, which is who runs in containers.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const all = [...flags, ...adapters[adapter], ...sandbox, ...args];
  return chromium.launch({ executablePath, headless: true, args: all, ...options });
}

/** What the page's WebGPU adapter says of itself, or null when there is none. Runs in the page. */
async function readAdapter() {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return null;
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const limits = {};
  for (const name in adapter.limits) limits[name] = adapter.limits[name];
  return { vendor, architecture, device, description, isFallbackAdapter, features: [...adapter.features].sort(), limits };
}

/** Browser version and WebGPU adapter, as a page on 127.0.0.1 sees them. */
export async function facts(browser) {
  // WebGPU is there in secure contexts only, which 127.0.0.1 is and about:blank is not; its "nothing here" page will do.
  const server = await serve({ mounts: {} });
  const page = await browser.newPage();
  try {
    await page.goto(server.url);
    return { version: browser.version(), adapter: await page.evaluate(readAdapter) };
  } finally {
    await page.close();
    await server.close();
  }
}

await main(import.meta, async () => {
  const browser = await launch();
  try {
    const { version, adapter } = await facts(browser);
    console.log(`Chromium ${version}`);
    if (!adapter) throw new Failure("No WebGPU adapter.");
    console.log(JSON.stringify(adapter, null, 2));
  } finally {
    await browser.close();
  }
});
