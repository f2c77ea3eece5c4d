// Workers that do not start: each ends in "worker-unavailable" with the reason, and the page goes on.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../../pkg/scripts/browser.mjs";
import { serve } from "../../pkg/scripts/serve.mjs";
import { at } from "../../pkg/scripts/shell.mjs";
import { needBuild } from "../lib/page.mjs";

needBuild();

const mounts = { "/": at("tests", "lib", "page.html"), "/pkg/": at("pkg") };
let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

/** Opens an empty page that is served with these headers. */
async function onPage(headers, body) {
  const server = await serve({ mounts, headers });
  const page = await browser.newPage();
  try {
    await page.goto(server.url);
    return await body(page, server);
  } finally {
    await page.close();
    await server.close();
  }
}

/** Runs in the page: what became of a head whose Worker has that script, and of one with ours. */
async function start({ script, hasPolicy = false }) {
  const { createHead, init } = await import("/pkg/dist/index.js");
  // Nobody waits for the whole limit here.
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (call, milliseconds, ...of) => setTimeout(call, Math.min(milliseconds, 1000), ...of);
  const policy = hasPolicy
    ? trustedTypes.createPolicy("page", { createScriptURL: (address) => address })
    : { createScriptURL: (address) => address };
  const blob = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const address = /^(\/|http)/.test(script) ? script : blob(script);
  const create = async () => {
    const head = await createHead({ features: 2, classes: 2, worker: true, backend: "cpu" });
    const { length } = await head.logits(new Float32Array(4));
    head.dispose();
    return length;
  };
  const outcome = (promise) => promise.then(String, ({ name, code, message }) => ({ name, code, message }));
  await init({ worker: policy.createScriptURL(address) });
  const refused = await outcome(create());
  await init({ worker: policy.createScriptURL("/pkg/dist/worker.js") });
  return { refused, again: await outcome(create()) };
}

for (const [what, script, words] of [
  ["a script that is not there", "/nothing.js", /nothing\.js: it could not be loaded/],
  ["an address that is none", "http://[", /could not be started: .*http:\/\/\[/],
  ["a script that is no script", "/pkg/package.json", /package\.json: it could not be loaded/],
  ["a script that fails", "throw new Error('made up')", /made up/],
  ["a script that says nothing", "self.onmessage = () => {};", /did not answer .* within 20 s/],
  ["a script of something else", "postMessage('hello')", /not this package's script/],
  ["a script of another version", "postMessage({ oodgate: '0.0.1' })", /of version 0\.0\.1, the page's of \d+\.\d+\.\d+/],
]) {
  test(what, { timeout: 90_000 }, () => onPage({}, async (page) => {
    const { refused, again } = await page.evaluate(start, { script });
    assert.deepEqual([refused.name, refused.code], ["OodgateError", "worker-unavailable"], JSON.stringify(refused));
    assert.match(refused.message, words);
    assert.equal(again, "4", "with the right script");
  }));
}

/** Runs in the page: what a head says whose page stood still for longer than its Worker may take. */
async function standStill() {
  const { createHead } = await import("/pkg/dist/index.js");
  const { setTimeout, Worker } = globalThis;
  globalThis.setTimeout = (call, milliseconds, ...of) => setTimeout(call, Math.min(milliseconds, 1000), ...of);
  globalThis.Worker = class extends Worker {
    constructor(...of) {
      super(...of);
      setTimeout(() => {
        for (const begun = performance.now(); performance.now() - begun < 3000; );
      }, 0);
    }
  };
  const head = await createHead({ features: 2, classes: 2, worker: true, backend: "cpu" });
  return (await head.logits(new Float32Array(4))).length;
}

test("a page that stands still meanwhile, asleep or busy", { timeout: 90_000 }, () =>
  onPage({}, async (page) => assert.equal(await page.evaluate(standStill), 4)));

test("a policy that forbids Workers", { timeout: 90_000 }, () =>
  onPage({ "content-security-policy": "worker-src 'none'" }, async (page) => {
    const { refused } = await page.evaluate(start, { script: "/pkg/dist/worker.js" });
    assert.equal(refused.code, "worker-unavailable", JSON.stringify(refused));
  }));

test("Trusted Types: an address of the page's own policy", { timeout: 90_000 }, () =>
  onPage({ "content-security-policy": "require-trusted-types-for 'script'; trusted-types page" }, async (page) => {
    const untrusted = await page.evaluate(start, { script: "/pkg/dist/worker.js" });
    assert.equal(untrusted.refused.code, "worker-unavailable", JSON.stringify(untrusted));
    assert.match(untrusted.refused.message, /Trusted/);
    const trusted = await page.evaluate(start, { script: "/pkg/dist/worker.js", hasPolicy: true });
    assert.deepEqual(trusted, { refused: "4", again: "4" });
  }));
