// The packed package in Next: imported on the server, where it does nothing, and used in a client component.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { at } from "../../pkg/scripts/shell.mjs";
import { works } from "./consumers.mjs";
import { createProject, threads } from "./project.mjs";
import { recipe } from "./recipe.mjs";
import { checkSteps, everywhere, visit } from "./visit.mjs";

const next = at("node_modules", "next", "dist", "bin", "next");
process.env.NEXT_TELEMETRY_DISABLED = "1";

let project;
let browser;
let server;

/** Starts the built site and answers its address once it listens. */
function start() {
  server = spawn(process.execPath, [next, "start", "--hostname", "127.0.0.1", "--port", "0"], { cwd: project.folder });
  return new Promise((done, failed) => {
    let printed = "";
    const read = (text) => {
      printed += text;
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(printed);
      if (address) done(address[0]);
    };
    server.stdout.on("data", read);
    server.stderr.on("data", read);
    server.on("exit", (code) => failed(new Error(`next start ended with ${code}:\n${printed}`)));
  });
}

before(async () => {
  // Turbopack follows no link out of its root, which is where the lockfile lies: Next itself is found in the workspace above.
  project = createProject(at("tests", "output"));
  project.write("app", {
    ...threads("oodgate"),
    // Lets the test call what the recipe's component calls.
    "expose.js": `"use client";
      import { useEffect } from "react";
      export function Expose() {
        useEffect(() => void import("./main.js"), []);
        return null;
      }
    `,
    "layout.js": `
      import { Expose } from "./expose.js";
      export default function Layout({ children }) {
        return <html lang="en"><body>{children}<Expose /></body></html>;
      }
    `,
  });
  project.write(".", recipe("Next"));
  browser = await launch();
});

after(async () => {
  server?.kill();
  await browser?.close();
  project?.remove();
});

test("Next builds it, each wasm file once and none for the server", { timeout: 180_000 }, () => {
  project.node([next, "build"]);
  const built = readdirSync(project.inside(".next"), { recursive: true }).filter((name) => name.endsWith(".wasm"));
  assert.deepEqual(built.map((name) => project.wasmFile(project.inside(".next", name))).sort(), project.wasmFiles, built.join("\n"));
  assert.deepEqual(built.filter((name) => !name.startsWith(path.join("static", "media"))), []);
});

test("the server imports it, the client component uses it, on both backends", { timeout: 240_000 }, async () => {
  const address = await start();
  const html = await (await fetch(address)).text();
  assert.match(html, /<main title="function"><output><\/output>/, "what the server rendered");

  await visit(browser, address, async (page) => {
    await page.waitForFunction(() => document.querySelector("output").textContent !== "", undefined, { timeout: 60_000 });
    assert.equal(await page.textContent("output"), "1", "the accuracy that the component shows");
    await checkSteps(page, everywhere);
  });
  works("Next");
});
