// A stand-in for Flower's server that checks what it gets, and fails as it is told to.

import { createPublicKey, verify } from "node:crypto";
import { createServer } from "node:http";

/** Whose clock may be off by how much, in milliseconds: flwr's own. */
const AHEAD_MS = 5000, BEHIND_MS = 305_000;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * @param {object} internals the package's codec, see internals.mjs
 * @param {object} [options]
 * @param {(call: { name: string, count: number, fields: object }) => undefined | object} [options.fault]
 *   asked before each call is carried out; what it answers is sent instead: { status, type, body }, or
 *   "cut" to end the connection, or "half" to end it in the middle of the answer
 * @param {number} [options.clock] milliseconds by which this server's clock is ahead
 */
export async function fakeFleet({ message, objects, protobuf }, { fault = () => undefined, clock = 0 } = {}) {
  const { read, uint, double, string, bytes, message: joined } = protobuf;
  const now = () => Date.now() + clock;
  const nodes = new Map();
  const state = { calls: [], bodies: [], replies: [], online: new Set(), fault, nodes };
  let next = 100n;
  const orders = [];
  const stored = new Map();
  const refusal = (status, detail) => ({ status, type: "application/json", body: JSON.stringify({ code: 1, detail }) });

  const isSigned = (headers) => {
    const pem = Buffer.from(headers["flwr-public-key"] ?? "", "base64");
    const timestamp = headers["flwr-timestamp"] ?? "";
    const age = now() - Date.parse(timestamp);
    if (!(age > -AHEAD_MS && age < BEHIND_MS)) return false;
    const key = { key: createPublicKey(pem), dsaEncoding: "der" };
    return verify("sha256", Buffer.from(timestamp), key, Buffer.from(headers["flwr-signature"], "base64"));
  };

  const calls = {
    "register-node": (fields) => {
      const key = fields.string(1);
      if (nodes.has(key)) return refusal(412, "Public key already in use.");
      nodes.set(key, (next += 1n));
      return uint(1, next);
    },
    "activate-node": (fields) => {
      const node = nodes.get(fields.string(1));
      if (node === undefined || state.online.has(node)) return refusal(412, "SuperNode could not be activated.");
      state.online.add(node);
      return uint(1, node);
    },
    "deactivate-node": (fields) => {
      state.online.delete(fields.uint(1));
      return joined();
    },
    "unregister-node": () => joined(),
    "send-node-heartbeat": () => uint(1, 1n),
    "pull-messages": () => {
      const order = orders.shift();
      if (order === undefined) return joined();
      for (const [id, content] of order.object.all) stored.set(id, content);
      return joined(bytes(2, order.wire), bytes(3, order.tree ?? order.object.tree));
    },
    "pull-object": (fields) => {
      const content = stored.get(fields.string(3));
      return content === undefined ? joined(uint(1, 0n)) : joined(uint(1, 1n), uint(2, 1n), bytes(3, content));
    },
    "confirm-message-received": () => joined(),
    "push-messages": (fields) => {
      const wire = fields.bytes(2);
      const ids = [...objects.treeIds(fields.bytes(3))];
      const reply = { wire, error: read(wire).bytes(3), asked: message.readMessage(wire), contents: new Map(), ids };
      state.replies.push(reply);
      return joined(...ids.map((id) => string(3, id)), string(4, "session"));
    },
    "push-object": (fields) => {
      state.replies.at(-1).contents.set(fields.string(3), fields.bytes(4).slice());
      return uint(1, 1n);
    },
  };

  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = new Uint8Array(Buffer.concat(parts));
    const name = request.url.replace("/v1/fleet/", "");
    state.bodies.push(body, new TextEncoder().encode(JSON.stringify(request.headers)));
    state.calls.push(name);
    const count = state.calls.filter((one) => one === name).length;
    const fields = read(body);
    let answer = await state.fault({ name, count, fields });
    if (answer === "cut") return request.socket.destroy();
    const isHalf = answer === "half";
    if (answer === undefined || isHalf) {
      if (!isSigned(request.headers)) answer = refusal(401, "Invalid SuperNode authentication");
      else answer = calls[name]?.(fields) ?? refusal(404, "Not Found");
    }
    if (answer instanceof Uint8Array) answer = { status: 200, type: "application/protobuf", body: answer };
    const whole = Buffer.from(answer.body);
    const headers = { "content-type": answer.type, date: new Date(now()).toUTCString(), "content-length": whole.length + (isHalf ? 9 : 0) };
    response.writeHead(answer.status, headers);
    if (!isHalf) return response.end(whole);
    response.write(whole);
    await sleep(20);
    return response.destroy();
  });
  const listen = (port) => new Promise((done) => server.listen(port, "127.0.0.1", () => done(server.address().port)));
  const port = await listen(0);
  const close = () =>
    new Promise((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });

  return {
    ...state,
    state,
    url: `http://127.0.0.1:${port}`,
    close,
    listenAgain: () => listen(port),
    /** Waits for that many replies. */
    async replied(count, timeout = 60_000) {
      for (const until = Date.now() + timeout; Date.now() < until; await sleep(20)) {
        if (state.replies.length >= count) {
          const reply = state.replies[count - 1];
          if (reply.ids.every((id) => reply.contents.has(id))) return reply;
        }
      }
      throw new Error(`${state.replies.length} of ${count} replies; calls: ${state.calls.join(" ")}`);
    },
    /** Queues a message with these arrays and this configuration; `changed` alters what is sent. */
    async order(type, arrays, config = {}, changed = {}) {
      const value = (given) => {
        if (typeof given === "number") return double(1, given);
        if (typeof given === "string") return bytes(5, new TextEncoder().encode(given));
        return bytes(25, joined(...given.map((each) => bytes(1, new TextEncoder().encode(each)))));
      };
      const record = joined(...Object.entries(config).map(([key, each]) => bytes(1, joined(string(1, key), bytes(2, value(each))))));
      const made = await objects.contentObject({ "server-round": 0 }, arrays);
      const settings = await objects.makeObject("ConfigRecord", [], record);
      const names = objects.openObject(made.all.get(made.id));
      const arraysId = names.children[0];
      const below = { id: arraysId, tree: joined(string(1, arraysId)), all: new Map([...made.all].filter(([id]) => id !== made.id)) };
      const content = await objects.makeObject("RecordDict", [below, settings], new TextEncoder().encode(JSON.stringify({ arrays: arraysId, config: settings.id })));
      const object = await objects.makeObject("Message", changed.children ?? [content], new Uint8Array());
      const metadata = joined(uint(1, 7n), string(2, object.id), uint(3, 1n), uint(4, 101n), double(7, 600), string(8, type), double(9, now() / 1000));
      // The tree in full, of every object there is.
      const all = [...content.all.keys()].map((id) => bytes(2, string(1, id)));
      orders.push({ wire: joined(bytes(1, metadata)), object, tree: joined(string(1, object.id), ...all), ...changed });
    },
  };
}
