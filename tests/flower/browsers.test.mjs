// A node in Firefox and in Safari's engine: keys, storage and locks are the browser's own.

import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { launchFirefox } from "../../pkg/scripts/firefox.mjs";
import { serve } from "../../pkg/scripts/serve.mjs";
import { at } from "../../pkg/scripts/shell.mjs";
import { launchWebKit, missingWebKit } from "../../pkg/scripts/webkit.mjs";
import { needBuild } from "../lib/page.mjs";
import { FEATURES } from "./data.mjs";
import { fakeFleet } from "./fake-fleet.mjs";
import { loadInternals } from "./internals.mjs";

needBuild();

const internals = await loadInternals();
const weights = [
  ["0.weight", { shape: [3, FEATURES], data: Float32Array.from({ length: 3 * FEATURES }, (_, i) => Math.sin(i)) }],
  ["0.bias", { shape: [3], data: new Float32Array(3) }],
];

let fleet, server;

before(async () => {
  fleet = await fakeFleet(internals);
  const { port } = new URL(fleet.url);
  const mounts = { "/": at("tests", "lib", "page.html"), "/tests/": at("tests"), "/pkg/": at("pkg") };
  const handle = (incoming, outgoing) => {
    if (!incoming.url.startsWith("/v1/fleet/")) return false;
    const { host, ...headers } = incoming.headers;
    const passed = request({ host: "127.0.0.1", port, path: incoming.url, method: "POST", headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
    return true;
  };
  server = await serve({ mounts, handle });
});

after(async () => {
  await server?.close();
  await fleet?.close();
});

/** Runs in the page: joins, and answers which node it is and whether its key can be read. */
async function join() {
  const [{ startTab }, { joinFederation }] = await Promise.all([import("/tests/flower/page.mjs"), import("/pkg/dist/flower.js")]);
  globalThis.tab = await startTab({ classes: [0, 1, 2], seed: 1, joinFederation });
  const database = await new Promise((done) => {
    const opening = indexedDB.open("oodgate-flower");
    opening.onsuccess = () => done(opening.result);
  });
  const stored = await new Promise((done) => {
    const reading = database.transaction("identities").objectStore("identities").getAll();
    reading.onsuccess = () => done(reading.result);
  });
  database.close();
  return { node: globalThis.tab.federation.node, readable: stored.map(({ keys }) => keys.privateKey.extractable) };
}

const leave = () => globalThis.tab.federation.leave().then(() => globalThis.tab.federation.state);

/** A round in a page, and the same node after it left. */
async function roundIn(page, open, replies) {
  await open();
  const { node, readable } = await page.evaluate(join);
  assert.deepEqual(readable, [false]);
  await fleet.order("train", weights, { "server-round": 1 });
  const reply = await fleet.replied(replies);
  assert.equal(internals.objects.readContent(reply.contents, reply.asked.id).config.get("num-examples"), 90);
  assert.equal(await page.evaluate(leave), "left");
  await open();
  assert.equal((await page.evaluate(join)).node, node, "the same node again");
  assert.equal(await page.evaluate(leave), "left");
}

let rounds = 0;

test("Firefox", { timeout: 240_000 }, async () => {
  const browser = await launchFirefox();
  try {
    const page = await browser.newPage();
    await roundIn(page, () => page.goto(server.url), (rounds += 1));
  } finally {
    await browser.close();
  }
});

test("WebKit", { timeout: 600_000, skip: missingWebKit() }, async () => {
  const browser = await launchWebKit();
  try {
    await roundIn(browser, () => browser.goto(server.url), (rounds += 1));
  } finally {
    await browser.close();
  }
});
