// The components of docs/frameworks.md: built with Vite, driven in Chromium, and gone without a
// trace of their heads.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { launch } from "../../pkg/scripts/browser.mjs";
import { serve } from "../../pkg/scripts/serve.mjs";
import { at } from "../../pkg/scripts/shell.mjs";
import { works } from "./consumers.mjs";
import { createProject } from "./project.mjs";
import { recipe } from "./recipe.mjs";
import { labels, rows, stranger } from "./runtimes.mjs";

let project;
let browser;

before(async () => {
  project = createProject();
  const plugins = ["@vitejs/plugin-vue", "@sveltejs/vite-plugin-svelte"];
  project.lend("vite", "react", "react-dom", "vue", "svelte", ...plugins);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  project?.remove();
});

/** The page that all share: the first file that the document shows. */
const [, index] = /^```html index\.html\n(.*?)^```$/ms.exec(
  readFileSync(at("docs", "frameworks.md"), "utf8"),
);

const rowsModule = `
  export const features = Float32Array.from(${JSON.stringify([...rows])});
  export const labels = ${JSON.stringify(labels)};
  const stranger = ${JSON.stringify(stranger)};
  export const asked = Float32Array.from([...features.slice(0, 16), ...stranger]);
`;

/** Waits until the page has this many Workers, one for each head. */
async function countWorkers(page, expected, what) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (page.workers().length === expected) return;
    await sleep(100);
  }
  assert.fail(`${what}: ${page.workers().length} heads, expected ${expected}`);
}

/**
 * Builds a framework's recipe and uses it.
 * @param {string} name its heading
 * @param {object} how
 * @param {string} how.leave what its page does to take the component away
 * @param {string} [how.imports] what it imports for that
 * @param {string} [how.mode] Vite's, "production" unless given
 * @param {number} [how.made] heads that are made when the component appears
 */
function checkComponent(name, { leave, imports = "", mode = "production", made = 1 }) {
  test(`${name}, ${mode}`, { timeout: 180_000 }, async () => {
    const folder = `${name.toLowerCase()}-${mode}`;
    const files = recipe(name, "frameworks.md");
    const main = Object.keys(files).find((file) => file.startsWith("main."));
    const page = index.replace("main.js", "test.js");
    const script = `
      import * as main from "./${main}";
      ${imports}
      globalThis.leave = () => { ${leave} };
    `;
    const ours = { "index.html": page, "test.js": script, "rows.js": rowsModule };
    project.write(folder, { ...files, ...ours });
    const vite = project.inside("node_modules", "vite", "bin", "vite.js");
    execFileSync(process.execPath, [vite, "build", "--mode", mode, "--logLevel", "warn"], {
      cwd: project.inside(folder),
      env: { ...process.env, NODE_ENV: mode },
      stdio: ["ignore", "inherit", "inherit"],
      timeout: 100_000,
    });
    const server = await serve({ mounts: { "/": project.inside(folder, "dist") } });
    try {
      await use(server.url, name, made);
    } finally {
      await server.close();
    }
    works(`${name}${mode === "production" ? "" : `, ${mode}`}`);
  });
}

async function use(url, name, made) {
  const page = await browser.newPage();
  try {
    const problems = [];
    page.on("pageerror", (error) => problems.push(String(error.stack ?? error)));
    let started = 0;
    page.on("worker", () => (started += 1));
    await page.goto(url);
    await page.locator("button:enabled").click({ timeout: 60_000 });
    const output = page.locator("output", { hasText: "none of these" });
    await output.waitFor({ timeout: 60_000 });
    assert.equal(await output.textContent(), "left, right, none of these");
    await countWorkers(page, 1, `${name} at work`);
    assert.equal(started, made, `${name}: heads made`);
    await page.evaluate(() => globalThis.leave());
    await countWorkers(page, 0, `${name} gone`);
    assert.deepEqual(problems, []);
  } finally {
    await page.close();
  }
}

checkComponent("React", { leave: "main.root.unmount();" });
// Its effects run twice there.
checkComponent("React", { leave: "main.root.unmount();", mode: "development", made: 2 });
checkComponent("Vue", { leave: "main.app.unmount();" });
checkComponent("Svelte", {
  imports: 'import { unmount } from "svelte";',
  leave: "unmount(main.app);",
});
