import { OodgateError } from "../api/errors.js";
import { malformed } from "./bytes.js";
import { openFleet, pause, Refusal } from "./fleet.js";
import { openIdentity } from "./identity.js";
import { toPem } from "./keys.js";
import { fleetNode, refused } from "./node.js";
import type { FlowerObject } from "./objects.js";
import type { Checked } from "./options.js";
import type { Federation, FederationEvent, FederationState } from "./types.js";
import { calibrate, evaluate, isLastRound, readOrder, train, type Order } from "./work.js";

/** Signs of life come more often than promised: timers of hidden pages are late by up to 60 s. */
const BEATS = 2.5;

const isEvaluation = (type: string): boolean => /^evaluate\b/.test(type);

/** The reason of a leave that was asked for. */
const LEFT = new Error("left");

/** Joins a federation; then the node lives by itself until it leaves. */
export async function federate(options: Checked): Promise<Federation> {
  const { url, head, heartbeat, poll, onEvent } = options;
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, ...(options.signal ? [options.signal] : [])]);
  signal.throwIfAborted();

  let state: FederationState = "waiting";
  /** What it does, or will go on with once the server can be reached. */
  let work: FederationState = state;
  let round = 0;
  /** The server took this node for gone: it forgot it, or a page that was hidden said so. */
  let mustJoin = false;

  function tell(event: FederationEvent): void {
    try {
      onEvent(event);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
  function onReach(isReached: boolean): void {
    const next = isReached ? work : "reconnecting";
    if (next === state) return;
    state = next;
    tell({ type: "state", state });
  }
  function enter(next: FederationState): void {
    work = next;
    onReach(true);
  }
  /** Tells of an order that came to nothing, unless the whole federation ends with it. */
  function fail(error: unknown): Error {
    signal.throwIfAborted();
    const isEnd = error instanceof OodgateError && error.code === "disposed";
    if (isEnd || !(error instanceof Error)) throw error;
    enter("waiting");
    tell({ type: "failed", round, error });
    return error;
  }

  const identity = await openIdentity(url);
  const pem = await toPem(identity.keys);
  const fleet = openFleet(url, identity.keys, pem, onReach);
  const node = fleetNode(fleet, identity, pem, options, signal);
  try {
    // A first call that fails is told at once: most often the address is wrong.
    await node.join(0);
  } catch (error) {
    identity.release();
    throw error;
  }

  function carryOut(type: string, order: Order): Promise<FlowerObject> {
    if (isEvaluation(type)) {
      enter("evaluating");
      return evaluate(order, options, tell);
    }
    if (!/^train\b/.test(type)) throw malformed(`message: ${type}`);
    enter("training");
    return train(order, options, tell, signal);
  }

  /** Asks for an order and carries it out. */
  async function next(): Promise<void> {
    const asked = await node.pull();
    if (asked === undefined) return pause(poll * 1000, signal);
    let answer: FlowerObject | Error;
    let isLast = false;
    try {
      const order = readOrder(await asked.content(), head);
      round = order.round;
      isLast = isLastRound(order) && isEvaluation(asked.type);
      answer = await carryOut(asked.type, order);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      answer = fail(error);
    }
    await node.push(asked, answer);
    if (isLast && options.calibrate) {
      enter("calibrating");
      await calibrate(options, tell, signal).catch(fail);
    }
    enter("waiting");
  }

  async function live(): Promise<never> {
    for (;;) {
      try {
        if (mustJoin) await node.join();
        mustJoin = false;
        await next();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        fail(error);
        // Of one order, or of a node that the server does not know any more.
        if (error.status === 401 && mustJoin) throw refused(error, pem);
        mustJoin ||= error.status === 401;
        await pause(poll * 1000, signal);
      }
    }
  }

  async function beat(): Promise<never> {
    for (;;) {
      await pause((heartbeat * 1000) / BEATS, signal);
      // Whether the server is gone, the calls of the work find out.
      if (!(await node.isAlive().catch(() => true))) mustJoin = true;
    }
  }

  const onHide = (): void => {
    mustJoin = true;
    node.leaveNow();
  };
  globalThis.addEventListener?.("pagehide", onHide);
  const done = Promise.race([live(), beat()])
    .catch((error: unknown) => {
      if (error !== LEFT) throw error;
    })
    .finally(async () => {
      globalThis.removeEventListener?.("pagehide", onHide);
      ending.abort(LEFT);
      await node.leave();
      enter("left");
    });
  // Who does not ask for it is told by the state.
  done.catch(() => {});
  return {
    get node() {
      return String(node.id);
    },
    publicKey: pem,
    get state() {
      return state;
    },
    get round() {
      return round;
    },
    done,
    async leave() {
      ending.abort(LEFT);
      await done.catch(() => {});
    },
  };
}
