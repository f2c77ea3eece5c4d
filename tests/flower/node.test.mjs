// A node against a server that fails in every way: it goes on, or ends with the documented code, and the head is whole.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createHead } from "oodgate";
import { joinFederation } from "oodgate/flower";
import { fakeFleet } from "./fake-fleet.mjs";
import { loadInternals } from "./internals.mjs";

const internals = await loadInternals();
const cleanups = [];
after(async () => {
  for (const clean of cleanups) await clean();
});

const features = Float32Array.from({ length: 60 * 3 }, (_, i) => (Math.floor(i / 3) % 2 === i % 3 ? 2.5 : 0) + Math.sin(i * 12.9898) * 0.6);
const labels = Int32Array.from({ length: 60 }, (_, row) => row % 2);
const heldOut = { features: features.slice(0, 30), labels: labels.slice(0, 10) };
const weights = [
  ["0.weight", { shape: [2, 3], data: Float32Array.of(0.1, -0.2, 0.3, -0.1, 0.2, 0.05) }],
  ["0.bias", { shape: [2], data: Float32Array.of(0, 0.1) }],
];

async function headWithRows() {
  const head = await createHead({ features: 3, classes: ["oak", "ash"], backend: "cpu" });
  await head.addRows(features, labels);
  return head;
}

/** A head in a federation at a fake server, with what happened. */
async function join(options = {}, server = {}) {
  const fleet = await fakeFleet(internals, server);
  const head = options.head ?? (await headWithRows());
  const events = [];
  const made = { url: fleet.url, head, poll: 0.1, heartbeat: 10, heldOut, onEvent: (event) => events.push(event), ...options };
  const federation = await joinFederation(made).catch(async (error) => {
    await fleet.close();
    throw error;
  });
  cleanups.push(async () => {
    await federation.leave();
    await fleet.close();
    head.dispose();
  });
  return { fleet, head, events, federation };
}

const contentOf = ({ asked, contents }) => internals.objects.readContent(contents, asked.id);
const errorOf = ({ error }) => internals.protobuf.read(error).string(2);
const asObject = (named) => Object.fromEntries(Object.entries(named).map(([name, { data }]) => [name, [...data]]));
const failures = (events) => events.filter(({ type }) => type === "failed").map(({ error }) => error.code ?? error.message);

test("trains on its rows, sends weights and counts, measures, calibrates after the last round, and leaves", async () => {
  const { fleet, head, events, federation } = await join({ fit: { epochs: 9 } });
  await fleet.order("train", weights, { "server-round": 1, epochs: 2, "batch-size": 16, classes: ["oak", "ash"] });
  const reply = await fleet.replied(1);
  const { arrays, config } = contentOf(reply);
  assert.deepEqual([...config.keys()], ["num-examples", "loss", "accuracy"]);
  assert.equal(config.get("num-examples"), 60);
  assert.deepEqual(asObject(Object.fromEntries(arrays)), asObject(await head.weights()));
  assert.equal(head.steps, 8, "2 epochs of 4 batches");
  assert.equal(reply.asked.metadata.uint(3), 101n, "from the node that was asked");
  assert.equal(events.filter(({ type }) => type === "epoch").length, 2);

  await fleet.order("evaluate", arrays, { "server-round": 1, "num-rounds": 1 });
  const measured = contentOf(await fleet.replied(2)).config;
  assert.deepEqual([measured.get("num-examples"), measured.get("accuracy")], [10, events.find(({ type }) => type === "evaluated").accuracy]);
  for (let tries = 0; tries < 1000 && !events.some(({ type }) => type === "failed"); tries += 1) await new Promise((done) => setTimeout(done, 20));
  assert.deepEqual(failures(events), ["too-few-rows"], "10 held-out rows are too few for 5 %");
  await federation.leave();
  assert.equal(federation.state, "left");
  assert.deepEqual([fleet.state.online.size, fleet.calls.at(-1)], [0, "unregister-node"]);
  await federation.leave();
  await federation.done;
});

test("calibrates by cross-validation where no rows are held out, and names the classes beyond the promise", async () => {
  const head = await createHead({ features: 3, classes: ["oak", "ash", "elm"], backend: "cpu" });
  await head.addRows(features, labels);
  const wide = [["0.weight", { shape: [3, 3], data: new Float32Array(9).fill(0.1) }], ["0.bias", { shape: [3], data: Float32Array.of(0, 0.1, -0.1) }]];
  const { fleet, events } = await join({ head, heldOut: undefined });
  await fleet.order("train", wide, {});
  const { arrays } = contentOf(await fleet.replied(1));
  await fleet.order("evaluate", arrays, { "server-round": 4, "num-rounds": 4 });
  assert.match(errorOf(await fleet.replied(2)), /heldOut/);
  for (let tries = 0; tries < 1000 && !events.some(({ type }) => type === "calibrated"); tries += 1) await new Promise((done) => setTimeout(done, 20));
  const { calibration, beyond } = events.find(({ type }) => type === "calibrated");
  assert.deepEqual([calibration.method, beyond], ["cross", ["elm"]]);
  assert.equal((await head.gate(features)).accepted.length, 60);
});

test("no byte that is sent holds a row", async () => {
  const { fleet, federation } = await join();
  await fleet.order("train", weights, { epochs: 3 });
  await fleet.order("evaluate", weights, {});
  await fleet.replied(2);
  await federation.leave();
  const sent = Buffer.concat(fleet.bodies);
  assert.ok(sent.length > 2000);
  assert.ok(sent.includes(Buffer.from("num-examples")), "the search finds what is there");
  for (let row = 0; row < 60; row += 1) {
    const values = features.subarray(row * 3, row * 3 + 3);
    // Any two neighbours, in single or double precision or as text.
    for (const pair of [values.subarray(0, 2), values.subarray(1, 3)]) {
      assert.ok(!sent.includes(Buffer.from(pair.slice().buffer)), `row ${row}`);
      assert.ok(!sent.includes(Buffer.from(Float64Array.from(pair).buffer)), `row ${row} as doubles`);
      assert.ok(!sent.includes(String(pair[0])), `row ${row} as text`);
    }
  }
});

for (const [what, hours] of [["ahead", -1], ["behind", 1]]) {
  test(`a clock that is an hour ${what} is corrected by the server's`, async () => {
    const { fleet, events } = await join({}, { clock: hours * 3_600_000 });
    await fleet.order("train", weights, {});
    const reply = await fleet.replied(1);
    const made = reply.asked.metadata.double(9);
    assert.ok(Math.abs(made - (Date.now() / 1000 + hours * 3600)) < 5, "dated by the server's clock");
    assert.deepEqual(failures(events), []);
  });
}

test("a server that goes away is asked again, and the order is finished", async () => {
  let isAway = false;
  const { fleet, events } = await join({}, {
    fault: ({ name, count }) => {
      if (name === "push-object" && count === 2) {
        isAway = true;
        setTimeout(() => (isAway = false), 1500);
      }
      return isAway ? { status: 502, type: "text/html", body: "<h1>Bad Gateway</h1>" } : undefined;
    },
  });
  await fleet.order("train", weights, {});
  await fleet.replied(1);
  const states = events.filter(({ type }) => type === "state").map(({ state }) => state);
  assert.ok(states.includes("reconnecting"), states.join(", "));
  assert.deepEqual(failures(events), []);
});

test("connections that are cut, at the start and in the middle of an answer, are made again", async () => {
  const cuts = { "pull-messages": ["cut", "half"], "pull-object": ["half", "cut"], "push-messages": ["cut"], "push-object": ["half"] };
  const { fleet, events } = await join({}, { fault: ({ name, count }) => (count <= 2 ? cuts[name]?.[count - 1] : undefined) });
  await fleet.order("train", weights, {});
  // The messages whose pulling was cut off are lost, as with flwr's own nodes: the server sends others.
  await fleet.order("train", weights, {});
  await fleet.replied(1);
  assert.deepEqual(failures(events), []);
});

test("a server that stays away ends the federation after the asked patience; the head goes on", async () => {
  const { fleet, head, federation } = await join({ patience: 1 });
  await fleet.close();
  await assert.rejects(federation.done, { name: "OodgateError", code: "server-unavailable" });
  assert.equal(federation.state, "left");
  assert.equal((await head.predict(features)).label.length, 60);
});

test("a server that forgot the node is joined anew", async () => {
  const { fleet, events, federation } = await join();
  const before = federation.node;
  fleet.nodes.clear();
  fleet.online.clear();
  let isForgotten = true;
  fleet.state.fault = ({ name }) => {
    if (name === "register-node") isForgotten = false;
    return isForgotten ? { status: 401, type: "application/json", body: '{"detail":"Invalid SuperNode authentication"}' } : undefined;
  };
  for (let tries = 0; tries < 1000 && federation.node === before; tries += 1) await new Promise((done) => setTimeout(done, 20));
  assert.notEqual(federation.node, before);
  assert.equal(failures(events).length, 1);
  await fleet.order("train", weights, {});
  await fleet.replied(1);
});

const page = { status: 200, type: "text/html", body: "<!doctype html>" };
for (const [what, code, fault] of [
  ["a page in place of the API", "server-incompatible", () => page],
  ["another API", "server-incompatible", () => ({ status: 404, type: "application/json", body: '{"detail":"Not Found"}' })],
  ["one that takes another content type", "server-incompatible", () => ({ status: 415, type: "application/json", body: "{}" })],
  ["an answer that is no protobuf", "server-incompatible", () => ({ status: 200, type: "application/protobuf", body: Buffer.from([0xff, 0xff]) })],
  ["a server that is down", "server-unavailable", () => ({ status: 503, type: "text/plain", body: "" })],
  ["a connection that is cut", "server-unavailable", () => "cut"],
  ["a key that is not registered", "server-refused", ({ name }) => (name.endsWith("activate-node") || name === "register-node" || name === "send-node-heartbeat" ? { status: 412, type: "application/json", body: '{"detail":"Registration is disabled"}' } : undefined)],
  ["a signature that is refused", "server-refused", () => ({ status: 401, type: "application/json", body: '{"detail":"Invalid SuperNode authentication"}' })],
]) {
  test(`joining is refused with ${code}: ${what}`, async () => {
    const head = await headWithRows();
    const before = asObject(await head.weights());
    await assert.rejects(join({ head, patience: 60 }, { fault }), (error) => {
      assert.deepEqual([error.name, error.code], ["OodgateError", code], error.message);
      if (code === "server-refused") assert.match(error.message, /BEGIN PUBLIC KEY/);
      return true;
    });
    assert.deepEqual(asObject(await head.weights()), before);
    head.dispose();
  });
}

test("nobody there, and no address outside a page", async () => {
  const head = await headWithRows();
  await assert.rejects(joinFederation({ url: "http://127.0.0.1:9", head }), { code: "server-unavailable" });
  await assert.rejects(joinFederation({ head }), { code: "invalid-option" });
});

const bent = (changes) => weights.map(([name, { shape, data }]) => [changes.name?.(name) ?? name, { shape: changes.shape?.(shape) ?? shape, data: changes.data?.(data) ?? data }]);
for (const [what, arrays, config, expected] of [
  ["NaN among the weights", bent({ data: (data) => data.map(() => NaN) }), {}, /finite/],
  ["weights of another shape", [["0.weight", { shape: [3, 2], data: new Float32Array(6) }], weights[1]], {}, /shape|0\.weight/],
  ["weights by other names", bent({ name: (name) => `x${name}` }), {}, /x0|0\.weight/],
  ["no weights", [], {}, /malformed/],
  ["classes in another order", weights, { classes: ["ash", "oak"] }, /classes/],
  ["epochs that cannot be", weights, { epochs: -1 }, /epochs/],
  ["a schedule that nobody knows", weights, { schedule: "sudden" }, /schedule/],
]) {
  test(`an order that cannot be carried out is answered with the reason: ${what}`, async () => {
    const { fleet, head, events, federation } = await join();
    const before = asObject(await head.weights());
    await fleet.order("train", arrays, config);
    const reply = await fleet.replied(1);
    assert.match(errorOf(reply), expected);
    assert.equal(reply.contents.size, 1, "an error has no content");
    assert.equal(failures(events).length, 1);
    const after = asObject(await head.weights());
    if (arrays === weights && !config.classes) assert.deepEqual(after, asObject(Object.fromEntries(weights)));
    else assert.deepEqual(after, before);
    // And it goes on.
    await fleet.order("train", weights, {});
    await fleet.replied(2);
    assert.equal(federation.state === "left", false);
  });
}

test("a message of another type, a bent object and a tree without end are answered or skipped", async () => {
  const { fleet, events, federation } = await join();
  await fleet.order("query", weights, {});
  assert.match(errorOf(await fleet.replied(1)), /query/);
  const { string, bytes, message } = internals.protobuf;
  let tree = message(string(1, "a"));
  for (let depth = 0; depth < 2000; depth += 1) tree = message(string(1, "a"), bytes(2, tree));
  await fleet.order("train", weights, {}, { tree });
  assert.match(errorOf(await fleet.replied(2)), /tree/);
  await fleet.order("train", weights, {}, { tree: string(1, "0".repeat(64)) });
  assert.match(errorOf(await fleet.replied(3)), /object/);
  assert.equal(failures(events).length, 3);
  assert.notEqual(federation.state, "left");
});

test("a fit that diverges leaves the server's weights in the head", async () => {
  const head = await createHead({ features: 3, classes: 2, backend: "cpu", optimizer: { kind: "sgd", learningRate: 1e38 }, loss: { kind: "crossEntropy" } });
  await head.addRows(features, labels);
  const { fleet, events } = await join({ head });
  await fleet.order("train", weights, { epochs: 30 });
  assert.match(errorOf(await fleet.replied(1)), /finite|rate/);
  assert.deepEqual(asObject(await head.weights()), asObject(Object.fromEntries(weights)));
  assert.deepEqual(failures(events), ["not-finite"]);
});

test("leaving in the middle of a fit ends it, and the head has the server's weights", async () => {
  let isFitting;
  const fitting = new Promise((done) => (isFitting = done));
  const { fleet, head, federation } = await join({ onEvent: ({ type }) => type === "epoch" && isFitting() });
  await fleet.order("train", weights, { epochs: 1_000_000 });
  await fitting;
  const began = performance.now();
  await federation.leave();
  assert.ok(performance.now() - began < 2000);
  assert.deepEqual(asObject(await head.weights()), asObject(Object.fromEntries(weights)));
  assert.equal(fleet.replies.length, 0);
});

test("a signal ends it: before, with its reason, and in the middle", async () => {
  const reason = new Error("enough");
  const head = await headWithRows();
  await assert.rejects(joinFederation({ url: "http://127.0.0.1:9", head, signal: AbortSignal.abort(reason) }), reason);
  const ending = new AbortController();
  const { fleet, federation } = await join({ head, signal: ending.signal });
  ending.abort(reason);
  await assert.rejects(federation.done, reason);
  assert.deepEqual([federation.state, fleet.state.online.size], ["left", 0]);
  assert.equal((await head.predict(features)).label.length, 60);
});

test("a head that is disposed ends the federation", async () => {
  const { fleet, head, federation } = await join();
  head.dispose();
  await fleet.order("train", weights, {});
  await assert.rejects(federation.done, { code: "disposed" });
  assert.equal(fleet.state.online.size, 0);
});

test("a listener that throws ends nothing", async () => {
  // Thrown where nobody can catch it but the page's own handler, which the runner has taken.
  const thrown = [];
  const queue = globalThis.queueMicrotask;
  globalThis.queueMicrotask = (run) => queue(() => {
    try {
      run();
    } catch (error) {
      thrown.push(error.message);
    }
  });
  const { fleet, federation } = await join({
    onEvent: () => {
      throw new Error("the page's own");
    },
  });
  await fleet.order("train", weights, {});
  await fleet.replied(1);
  await federation.leave();
  globalThis.queueMicrotask = queue;
  assert.ok(thrown.length > 0 && thrown.every((text) => text === "the page's own"));
});

test("updates are shortened as the server or the page asks, the shorter counts", async () => {
  for (const [clip, named, expected] of [[0.01, undefined, 0.01], [undefined, 0.02, 0.02], [0.05, 0.02, 0.02]]) {
    const { fleet } = await join(clip === undefined ? {} : { clip });
    await fleet.order("train", weights, { epochs: 20, ...(named && { clipping_norm: named }) });
    const { arrays } = contentOf(await fleet.replied(1));
    let squares = 0;
    for (const [index, [, { data }]] of arrays.entries()) data.forEach((value, i) => (squares += (value - weights[index][1].data[i]) ** 2));
    assert.ok(Math.abs(Math.sqrt(squares) - expected) < 1e-5, `${Math.sqrt(squares)} for ${expected}`);
  }
});

test("bad options are refused before anything is sent", async () => {
  const head = await headWithRows();
  const good = { url: "http://127.0.0.1:9", head };
  for (const bad of [
    undefined, null, 3, [], { ...good, head: undefined }, { ...good, head: {} }, { ...good, url: "nowhere" }, { ...good, url: 3 }, { ...good, clip: 0 },
    { ...good, clip: NaN }, { ...good, heartbeat: 9 }, { ...good, heartbeat: "60" }, { ...good, poll: 0 }, { ...good, patience: -1 },
    { ...good, onEvent: 3 }, { ...good, signal: {} }, { ...good, heldOut: [] }, { ...good, heldOut: { features } }, { ...good, fit: 3 },
    { ...good, calibrate: true }, { ...good, clipp: 3 },
  ]) {
    await assert.rejects(joinFederation(bad), { name: "OodgateError", code: "invalid-option" }, JSON.stringify(Object(bad)));
  }
});
