import { OodgateError } from "../api/errors.js";
import { sha256, text, type Bytes } from "./bytes.js";
import { Fleet, pause, Refusal } from "./fleet.js";
import type { Identity } from "./identity.js";
import { makeReply, readMetadata, type Metadata } from "./message.js";
import { allObjects, ObjectReader, treeIds, type Content, type FlowerObject } from "./objects.js";
import type { Checked } from "./options.js";
import { bytes, double, Fields, message, nested, string, uint } from "./protobuf.js";
import type { Federation, FederationEvent, FederationState } from "./types.js";
import { calibrate, evaluate, isLastRound, readOrder, train, type Order } from "./work.js";

/** How long a leave may take that nobody may answer. */
const LEAVE_SECONDS = 3;
/** Signs of life come more often than promised: timers of hidden pages are late by up to 60 s. */
const BEATS = 2.5;
/** Between questions for an object that the server does not have yet. */
const OBJECT_MS = 200;

/** A node: what a page sees of it, and its life. */
export class FlowerNode {
  readonly #options: Checked;
  readonly #identity: Identity;
  readonly #ending = new AbortController();
  readonly #fleet: Fleet;
  #node = 0n;
  #state: FederationState = "waiting";
  /** What it was doing before the server could not be reached. */
  #before: FederationState = "waiting";
  #round = 0;
  /** The server took this node for gone: forgotten, or told so by a page that was hidden. */
  #mustJoin = false;
  #done: Promise<void> = Promise.resolve();

  constructor(options: Checked, identity: Identity) {
    this.#options = options;
    this.#identity = identity;
    const onReach = (isReached: boolean): void => this.#reach(isReached);
    this.#fleet = new Fleet(options.url, identity.keys, this.#ending.signal, onReach);
  }

  /** Joins; then lives by itself until it leaves. */
  async start(): Promise<Federation> {
    const { signal } = this.#options;
    const abort = (): void => this.#ending.abort(signal?.reason);
    signal?.addEventListener("abort", abort);
    try {
      signal?.throwIfAborted();
      // A first call that fails is told at once: most often the address is wrong.
      await this.#join(0);
    } catch (error) {
      signal?.removeEventListener("abort", abort);
      this.#identity.release();
      throw error;
    }
    const hide = (): void => {
      this.#mustJoin = true;
      this.#fleet.send("deactivate-node", message(uint(1, this.#node)));
    };
    globalThis.addEventListener?.("pagehide", hide);
    const life = Promise.race([this.#work(), this.#beat()]);
    this.#done = life
      .catch((error: unknown) => {
        if (error !== LEFT) throw error;
      })
      .finally(async () => {
        globalThis.removeEventListener?.("pagehide", hide);
        signal?.removeEventListener("abort", abort);
        this.#ending.abort(LEFT);
        await this.#leave();
        this.#enter("left");
      });
    // Who does not ask for it is told by the state.
    this.#done.catch(() => {});
    return this.#face();
  }

  #face(): Federation {
    const self = this;
    return {
      get node() {
        return String(self.#node);
      },
      publicKey: self.#identity.keys.ssh,
      get state() {
        return self.#state;
      },
      get round() {
        return self.#round;
      },
      done: self.#done,
      leave: async () => {
        self.#ending.abort(LEFT);
        await self.#done.catch(() => {});
      },
    };
  }

  #tell = (event: FederationEvent): void => {
    try {
      this.#options.onEvent(event);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  };

  #enter(state: FederationState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#tell({ type: "state", state });
  }

  #reach(isReached: boolean): void {
    if (isReached === (this.#state !== "reconnecting")) return;
    if (!isReached) this.#before = this.#state;
    this.#enter(isReached ? this.#before : "reconnecting");
  }

  #call(name: string, body: Bytes, patience = this.#options.patience): Promise<Fields> {
    return this.#fleet.call(name, body, patience);
  }

  /** The node of a call. */
  get #me(): Bytes {
    return nested(1, message(uint(1, this.#node)));
  }

  async #join(patience: number): Promise<void> {
    const { keys, isKept } = this.#identity;
    const key = bytes(1, keys.pem);
    const before = this.#node;
    try {
      await this.#call("register-node", message(key), patience).catch(passRefusal);
      const beat = double(2, this.#options.heartbeat);
      const activated = await this.#call("activate-node", message(key, beat), patience);
      this.#node = activated.uint(1);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // A tab that crashed a moment ago is still there for the server.
      this.#node = this.#identity.node ?? 0n;
      if (this.#node === 0n || !(await this.#isAlive())) throw refused(error, keys.ssh);
    }
    this.#mustJoin = false;
    if (isKept) await this.#identity.remember(this.#node).catch(() => {});
    if (before !== 0n && before !== this.#node)
      this.#tell({ type: "rejoined", node: String(this.#node) });
  }

  /** Gives a sign of life; answers whether the server knows this node. */
  async #isAlive(): Promise<boolean> {
    const body = message(this.#me, double(2, this.#options.heartbeat));
    try {
      return (await this.#call("send-node-heartbeat", body, 0)).uint(1) !== 0n;
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  }

  async #beat(): Promise<never> {
    const { signal } = this.#ending;
    for (;;) {
      await pause((this.#options.heartbeat * 1000) / BEATS, signal);
      try {
        if (!(await this.#isAlive())) this.#mustJoin = true;
      } catch {
        // Whether the server is gone, the calls of the work find out.
        signal.throwIfAborted();
      }
    }
  }

  async #work(): Promise<never> {
    const { signal } = this.#ending;
    for (;;) {
      try {
        if (this.#mustJoin) await this.#join(this.#options.patience);
        if (!(await this.#next())) await pause(this.#options.poll * 1000, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof Refusal)) throw error;
        // Of this order, or of a node that the server does not know any more.
        if (error.status === 401) {
          if (this.#mustJoin) throw refused(error, this.#identity.keys.ssh);
          this.#mustJoin = true;
        }
        this.#fail(error);
        await pause(this.#options.poll * 1000, signal);
      }
    }
  }

  #fail(error: Error): void {
    this.#enter("waiting");
    this.#tell({ type: "failed", round: this.#round, error });
  }

  /** Asks for an order and carries it out; answers whether there was one. */
  async #next(): Promise<boolean> {
    const pulled = await this.#call("pull-messages", message(this.#me));
    const [wire] = pulled.all(2);
    if (wire === undefined) return false;
    const asked = readMetadata(wire);
    const started = performance.now();
    let answer: FlowerObject | Error;
    let order: Order | undefined;
    try {
      const content = await this.#pull(asked, pulled.bytes(3));
      order = readOrder(content, this.#options.head);
      this.#round = order.round;
      answer = await this.#carryOut(asked, order);
    } catch (error) {
      this.#ending.signal.throwIfAborted();
      if (error instanceof Refusal || isEnd(error)) throw error;
      answer = error instanceof Error ? error : new Error(String(error));
      this.#fail(answer);
    }
    await this.#push(asked, answer, (performance.now() - started) / 1000);
    this.#enter("waiting");
    const isEvaluated = asked.type.startsWith("evaluate");
    if (order !== undefined && isEvaluated && isLastRound(order)) await this.#calibrate();
    return true;
  }

  #carryOut({ type }: Metadata, order: Order): Promise<FlowerObject> {
    const [kind] = type.split(".");
    if (kind === "train") {
      this.#enter("training");
      return train(order, this.#options, this.#tell, this.#ending.signal);
    }
    if (kind === "evaluate") {
      this.#enter("evaluating");
      return evaluate(order, this.#options, this.#tell);
    }
    throw new OodgateError("server-incompatible", `this node knows no message of type "${type}"`);
  }

  async #calibrate(): Promise<void> {
    if (this.#options.calibrate === false) return;
    this.#enter("calibrating");
    try {
      await calibrate(this.#options, this.#tell, this.#ending.signal);
    } catch (error) {
      this.#ending.signal.throwIfAborted();
      if (isEnd(error) || !(error instanceof Error)) throw error;
      this.#fail(error);
    }
    this.#enter("waiting");
  }

  async #pull({ run, id }: Metadata, tree: Uint8Array): Promise<Content> {
    const contents = new Map<string, Uint8Array>();
    for (const object of treeIds(tree)) contents.set(object, await this.#pullObject(run, object));
    const received = message(this.#me, uint(2, run), string(3, id));
    await this.#call("confirm-message-received", received);
    return new ObjectReader(contents).content(id);
  }

  async #pullObject(run: bigint, id: string): Promise<Uint8Array> {
    const body = message(this.#me, uint(2, run), string(3, id));
    const until = performance.now() + this.#options.patience * 1000;
    for (let wait = OBJECT_MS; performance.now() < until; wait *= 2) {
      const answer = await this.#call("pull-object", body);
      if (answer.uint(1) === 0n) throw new OodgateError("server-incompatible", "an object is gone");
      if (answer.uint(2) !== 0n) {
        const content = answer.bytes(3).slice();
        if ((await sha256(content)) === id) return content;
        throw new OodgateError("server-incompatible", "an object is not what its hash says");
      }
      await pause(wait, this.#ending.signal);
    }
    throw new OodgateError("server-unavailable", "an object of the message did not come");
  }

  async #push(asked: Metadata, answer: FlowerObject | Error, seconds: number): Promise<void> {
    const { wire, tree, object } = await makeReply(asked, answer, this.#fleet.now());
    const runtime = new Uint8Array(Float64Array.of(seconds).buffer);
    const body = message(this.#me, nested(2, wire), nested(3, tree), nested(4, runtime));
    const pushed = await this.#call("push-messages", body);
    const session = pushed.string(4);
    const wanted = new Set(pushed.all(3).map(text));
    for (const { id, content } of allObjects(object).values()) {
      if (!wanted.has(id)) continue;
      const part = [uint(2, asked.run), string(3, id), nested(4, content), string(5, session)];
      await this.#call("push-object", message(this.#me, ...part));
    }
  }

  /** Takes leave, if the server still answers. */
  async #leave(): Promise<void> {
    const ending = new AbortController();
    const { url } = this.#options;
    const fleet = new Fleet(url, this.#identity.keys, ending.signal, () => {});
    const timer = setTimeout(() => ending.abort(), LEAVE_SECONDS * 1000);
    const me = message(uint(1, this.#node));
    try {
      await fleet.call("deactivate-node", me, 0);
      // A key can be registered once: whoever comes back with it would be refused.
      if (!this.#identity.isKept) await fleet.call("unregister-node", me, 0);
    } catch {
      // Without a word it is gone after twice the time between signs of life.
    } finally {
      clearTimeout(timer);
      this.#identity.release();
    }
  }
}

/** The reason of a leave that was asked for. */
const LEFT = new Error("the node left the federation");

/** Errors that no later order would be spared. */
const isEnd = (error: unknown): boolean =>
  error instanceof OodgateError && error.code === "disposed";

function passRefusal(error: unknown): void {
  // A key that is registered already, or registered by the operator alone.
  if (!(error instanceof Refusal)) throw error;
}

function refused(cause: Refusal, key: string): OodgateError {
  const cure = `where nodes are registered by hand, this one's key is: ${key}`;
  return new OodgateError("server-refused", `${cause.message}; ${cure}`, { cause });
}
