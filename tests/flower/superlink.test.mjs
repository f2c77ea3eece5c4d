// Tabs of a real browser at a real SuperLink: three rounds beside nodes that send nonsense, then tabs and servers that go away.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, test as testAnyway } from "node:test";
import { fleetProxy, preparePython, startSuperLink } from "../../examples/flower/superlink.mjs";
import { launch } from "../../pkg/scripts/browser.mjs";
import { serve } from "../../pkg/scripts/serve.mjs";
import { at } from "../../pkg/scripts/shell.mjs";
import { joinFederation } from "oodgate/flower";
import { needBuild } from "../lib/page.mjs";
import { rowsOf } from "./data.mjs";
import { startTab } from "./page.mjs";

needBuild();

const HOUR = 3_600_000;
const folder = at("target", "flower", "superlink");
const app = { features: 6, "class-names": "oak,ash,elm", timeout: 60.0 };

let python, link, server, browser, context;

/** Why there is no Flower here, if there is none. CI has it. */
let missing;
try {
  python = preparePython(at(".tools", "flower-python"));
} catch (error) {
  if (process.env.CI) throw error;
  missing = `NOT RUN: ${error.message}`;
}
const test = (name, options, body) => testAnyway(name, { ...options, skip: missing }, body);

/** Every body that the pages sent. */
const bodies = [];

before(async () => {
  if (missing) return;
  rmSync(folder, { recursive: true, force: true });
  link = await startSuperLink({ python, folder, database: `${folder}.db` });
  const mounts = { "/": at("tests", "lib", "page.html"), "/tests/": at("tests"), "/pkg/": at("pkg") };
  const handle = (request, response) => {
    request.on("data", (part) => bodies.push(part));
    return fleetProxy(link.port)(request, response);
  };
  server = await serve({ mounts, handle });
  browser = await launch();
  context = await browser.newContext();
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
  await server?.close();
  await link?.stop();
  for (const end of ["", "-shm", "-wal"]) rmSync(`${folder}.db${end}`, { force: true });
});

/** A tab of the one browser, so that all share its storage. */
async function openTab(options) {
  const page = await context.newPage();
  await page.goto(server.url);
  await page.evaluate(async (given) => {
    const [{ startTab }, { joinFederation }] = await Promise.all([import("/tests/flower/page.mjs"), import("/pkg/dist/flower.js")]);
    globalThis.tab = await startTab({ ...given, joinFederation });
  }, options);
  return page;
}

const nodeOf = (page) => page.evaluate(() => globalThis.tab.federation.node);
const eventsOf = (page) => page.evaluate(() => globalThis.tab.events);
const weightsOf = (page) =>
  page.evaluate(async () => {
    const plain = (named) => Object.fromEntries(Object.entries(named).map(([name, { data }]) => [name, [...data]]));
    return { sent: plain(await globalThis.tab.sent.at(-1)), final: plain(await globalThis.tab.head.weights()) };
  });
const until = async (what, found, timeout = 60_000) => {
  for (const end = Date.now() + timeout; Date.now() < end; await new Promise((next) => setTimeout(next, 100))) {
    if (await found()) return;
  }
  throw new Error(`${what}: not within ${timeout} ms`);
};
const summaryOf = (printed) => {
  const found = /FEDERATION (\{.*\})/.exec(printed);
  assert.ok(found, printed.slice(-3000));
  return JSON.parse(found[1]);
};

/** What a node needs of a head, with the faults of one that means harm or is broken. */
const bentHead = ({ bend = (data) => data, shape, rows = 90, fit = async () => {} }) => {
  let weights = {};
  return {
    classes: ["oak", "ash", "elm"],
    rows: { count: rows, perClass: [rows, 0, 0], unknown: 0 },
    setWeights: async (given) => (weights = given),
    fit: async () => (await fit(), { loss: 0.1, accuracy: 1 }),
    weights: async () => Object.fromEntries(Object.entries(weights).map(([name, each]) => [name, { shape: shape ?? each.shape, data: bend(each.data.slice()) }])),
  };
};
const joinBent = (bent) => joinFederation({ url: `http://127.0.0.1:${link.port}`, head: bentHead(bent), heartbeat: 10, poll: 0.5 });

let tabs;

test("three tabs, each lacking a class, one an hour ahead and one behind, beside three nodes that send nonsense", { timeout: 300_000 }, async (t) => {
  tabs = [];
  for (const [index, clockMs] of [0, HOUR, -HOUR].entries())
    tabs.push(await openTab({ classes: [0, 1, 2].filter((each) => each !== index), seed: index + 1, clockMs }));
  const nodes = await Promise.all(tabs.map(nodeOf));
  assert.equal(new Set(nodes).size, 3, "tabs of one browser are nodes of their own");
  const hostile = [
    await joinBent({ bend: (data) => data.fill(NaN) }),
    await joinBent({ shape: [2, 9], bend: () => new Float32Array(18) }),
    await joinBent({ rows: -1e9 }),
  ];
  bodies.length = 0;
  const began = performance.now();
  const printed = await link.run({ ...app, "num-rounds": 3, "min-nodes": 6 });
  const { evaluate, train } = summaryOf(printed);
  t.diagnostic(`3 rounds in ${((performance.now() - began) / 1000).toFixed(1)} s, accuracy ${JSON.stringify(evaluate)}`);
  assert.equal(Object.keys(train).length, 3);
  // By itself a tab knows two classes of three.
  assert.ok(evaluate[3].accuracy > 0.9, JSON.stringify(evaluate));
  const left = printed.match(/LEFT OUT node \d+: .*/g);
  assert.equal(left.length, 9, left.join("\n"));
  for (const what of [/not finite/, /\(2, 9\)/, /a weight of/]) assert.equal(left.filter((line) => what.test(line)).length, 3, String(what));
  for (const each of hostile) await each.leave();

  // The mean of the three updates, weighted by their equal numbers of rows, and by nothing else.
  const weights = await Promise.all(tabs.map(weightsOf));
  for (const name of ["0.weight", "0.bias"]) {
    weights[0].final[name].forEach((value, index) => {
      const mean = weights.reduce((sum, { sent }) => sum + sent[name][index], 0) / 3;
      assert.ok(Math.abs(value - mean) < 1e-6, `${name}[${index}]: ${value}, mean ${mean}`);
    });
    for (const { final } of weights) assert.deepEqual(final[name], weights[0].final[name]);
  }
  for (const page of tabs) {
    await until("a calibration", async () => (await eventsOf(page)).some(({ type }) => type === "calibrated"));
    assert.deepEqual((await eventsOf(page)).filter(({ type }) => type === "failed"), []);
  }
});

test("no byte that the tabs sent holds a row", {}, () => {
  const sent = Buffer.concat(bodies);
  assert.ok(sent.length > 10_000 && sent.includes(Buffer.from("num-examples")));
  let looked = 0;
  for (const [index] of tabs.entries()) {
    const classes = [0, 1, 2].filter((each) => each !== index);
    for (const { features } of [rowsOf(classes, 90, index + 1), rowsOf([0, 1, 2], 90, index + 101)]) {
      for (let at = 0; at + 2 <= features.length; at += 2, looked += 1) {
        const pair = features.slice(at, at + 2);
        assert.ok(!sent.includes(Buffer.from(pair.buffer)));
        assert.ok(!sent.includes(Buffer.from(Float64Array.from(pair).buffer)));
      }
    }
  }
  assert.equal(looked, 3 * 2 * 90 * 3);
});

test("a straggler: the round goes on without it", { timeout: 300_000 }, async () => {
  const slow = await joinBent({ fit: () => new Promise((done) => setTimeout(done, 60_000).unref()) });
  const printed = await link.run({ ...app, "num-rounds": 1, "min-nodes": 4, timeout: 12.0, evaluate: 0.0 });
  assert.ok(summaryOf(printed).train[1]);
  assert.match(printed, /Received 3 results/);
  await slow.leave();
});

test("a tab that is closed in a round is gone at once", { timeout: 300_000 }, async (t) => {
  // By the signs of life that it owes it would be there for another 60 s.
  const leaver = await openTab({ classes: [0, 1], seed: 9, heartbeat: 30 });
  await leaver.evaluate(() => {
    const { head } = globalThis.tab;
    const fit = head.fit;
    Object.defineProperty(head, "fit", { value: (options) => fit({ ...options, epochs: 1_000_000 }) });
  });
  const updatesOf = async (page) => (await eventsOf(page)).filter(({ type }) => type === "trained").length;
  const before = await Promise.all(tabs.map(updatesOf));
  const lines = [];
  const run = link.run({ ...app, "num-rounds": 1, "min-nodes": 4, timeout: 120.0, evaluate: 0.0 }, { onLine: (line) => lines.push([performance.now(), line]) });
  await until("training", async () => (await eventsOf(leaver)).some(({ type }) => type === "epoch"));
  // The others are done before.
  for (const [index, page] of tabs.entries()) await until("an update", async () => (await updatesOf(page)) > before[index]);
  const closed = performance.now();
  await leaver.close({ runBeforeUnload: false });
  assert.ok(summaryOf(await run).train[1]);
  const [aggregated] = lines.find(([, line]) => /aggregate_train: Received/.test(line));
  t.diagnostic(`the round went on ${((aggregated - closed) / 1000).toFixed(1)} s after the tab was closed`);
  // 3 s on a quiet machine: the server looks every 3 s. Here other tests run beside it.
  assert.ok(aggregated - closed < 30_000, `${aggregated - closed} ms`);
});

test("the server stopped and started again with its database: the same nodes go on", { timeout: 300_000 }, async () => {
  const before = await Promise.all(tabs.map(nodeOf));
  await link.stop();
  await until("reconnecting", async () => (await eventsOf(tabs[0])).at(-1).state === "reconnecting");
  link = await startSuperLink({ python, folder, database: `${folder}.db`, port: link.port });
  await until("back", async () => (await Promise.all(tabs.map((page) => page.evaluate(() => globalThis.tab.federation.state)))).every((state) => state === "waiting"));
  const { evaluate } = summaryOf(await link.run({ ...app, "num-rounds": 1, "min-nodes": 3 }));
  assert.ok(evaluate[1].accuracy > 0.5);
  assert.deepEqual(await Promise.all(tabs.map(nodeOf)), before);
});

test("a tab that left, and one that crashed, come back as the same nodes", { timeout: 300_000 }, async () => {
  const [first, second, third] = tabs;
  const before = await Promise.all(tabs.map(nodeOf));
  await first.evaluate(() => globalThis.tab.federation.leave());
  const session = await context.newCDPSession(second);
  const crashed = new Promise((done) => second.once("crash", done));
  session.send("Page.crash").catch(() => {});
  await crashed;
  const again = [await openTab({ classes: [1, 2], seed: 1 }), await openTab({ classes: [0, 2], seed: 2 })];
  assert.deepEqual((await Promise.all(again.map(nodeOf))).sort(), before.slice(0, 2).sort());
  for (const page of [...again, third]) await page.evaluate(() => globalThis.tab.federation.leave());
});

test("startTab in Node: the same node without a browser", { timeout: 300_000 }, async () => {
  const { federation, head } = await startTab({ url: server.url, classes: [0, 1], seed: 4, joinFederation });
  assert.equal(federation.state, "waiting");
  await federation.leave();
  head.dispose();
});
