import { OodgateError } from "../api/errors.js";
import { malformed, sha256, text, utf8, type Bytes } from "./bytes.js";
import { pause, Refusal, type Fleet } from "./fleet.js";
import type { HeldIdentity } from "./identity.js";
import { makeReply, readMessage, type Asked } from "./message.js";
import { readContent, treeIds, type Content, type FlowerObject } from "./objects.js";
import { bytes, double, message, string, uint, type Fields } from "./protobuf.js";

/** A message of the server, and how to get what it carries. */
export interface Pulled extends Asked {
  content(): Promise<Content>;
}

/** A node as the server's calls know it. */
export interface FleetNode {
  /** Its number; 0 before it joined. */
  readonly id: bigint;
  join(patience?: number): Promise<void>;
  /** Gives a sign of life; answers whether the server knows this node. */
  isAlive(): Promise<boolean>;
  pull(): Promise<Pulled | undefined>;
  /** Answers a message with a content, or the reason why there is none. */
  push(asked: Asked, answer: FlowerObject | Error): Promise<void>;
  /** Takes leave, if the server still answers. */
  leave(): Promise<void>;
  /** The same for a page that goes away, and waits for nothing. */
  leaveNow(): void;
}

/** How long a leave may take that nobody may answer. */
const LEAVE_MS = 3000;
/** Between questions for an object that the server does not have yet: twice as long each time. */
const OBJECT_MS = 200, LONGEST_OBJECT_MS = 60_000;

/** What a refused node is told. */
export const refused = (cause: Error, pem: string): OodgateError =>
  new OodgateError(
    "server-refused",
    `${cause.message}; the key of this node: ${pem}`,
    { cause },
  );

export function fleetNode(
  fleet: Fleet,
  identity: HeldIdentity,
  pem: string,
  { heartbeat, patience: usual }: { heartbeat: number; patience: number },
  signal: AbortSignal,
): FleetNode {
  const key = bytes(1, utf8(pem));
  let id = 0n;

  const ask = (
    name: string,
    fields: Bytes[] = [],
    patience = usual,
  ): Promise<Fields> =>
    fleet.call(name, message(bytes(1, uint(1, id)), ...fields), patience, signal);

  async function isAlive(): Promise<boolean> {
    try {
      return (await ask("send-node-heartbeat", [double(2, heartbeat)], 0)).uint(1) > 0n;
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  }

  async function pullObject(run: bigint, object: string): Promise<Uint8Array> {
    for (let wait = OBJECT_MS; wait < LONGEST_OBJECT_MS; wait *= 2) {
      const answer = await ask("pull-object", [uint(2, run), string(3, object)]);
      const content = answer.bytes(3).slice();
      const isThere = answer.uint(2) > 0n;
      if (isThere && (await sha256(content)) === object) return content;
      if (isThere || answer.uint(1) === 0n) break;
      await pause(wait, signal);
    }
    // Gone, or not what its hash says.
    throw malformed("object");
  }

  return {
    get id() {
      return id;
    },
    isAlive,
    async join(patience = usual) {
      try {
        await fleet.call("register-node", key, patience, signal).catch((error: unknown) => {
          // A key that is registered already, or that the operator alone registers.
          if (!(error instanceof Refusal)) throw error;
        });
        const body = message(key, double(2, heartbeat));
        id = (await fleet.call("activate-node", body, patience, signal)).uint(1);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        // A tab that crashed a moment ago is still there for the server.
        id = BigInt(identity.node ?? 0);
        if (!(await isAlive())) throw refused(error, pem);
      }
      await identity.keep?.({ keys: identity.keys, node: String(id) }).catch(() => {});
    },
    async pull() {
      const pulled = await ask("pull-messages");
      const [wire] = pulled.all(2);
      if (wire === undefined) return undefined;
      const asked = readMessage(wire);
      return {
        ...asked,
        async content() {
          const { run, id: name } = asked;
          const objects = new Map<string, Uint8Array>();
          for (const object of treeIds(pulled.bytes(3)))
            objects.set(object, await pullObject(run, object));
          await ask("confirm-message-received", [uint(2, run), string(3, name)]);
          return readContent(objects, name);
        },
      };
    },
    async push(asked, answer) {
      const { wire, object } = await makeReply(asked, answer, fleet.now());
      const pushed = await ask("push-messages", [bytes(2, wire), bytes(3, object.tree)]);
      const wanted = pushed.all(3).map(text);
      const session = string(5, pushed.string(4));
      for (const [name, content] of object.all) {
        const fields = [uint(2, asked.run), string(3, name), bytes(4, content), session];
        if (wanted.includes(name)) await ask("push-object", fields);
      }
    },
    async leave() {
      const names = ["deactivate-node"];
      // A key can be registered once: whoever comes back with it would be refused.
      if (identity.keep === undefined) names.push("unregister-node");
      const ends = AbortSignal.timeout(LEAVE_MS);
      try {
        for (const name of names) await fleet.call(name, uint(1, id), 0, ends);
      } catch {
        // Without a word it is gone after twice the time between signs of life.
      }
      identity.release();
    },
    leaveNow() {
      fleet.send("deactivate-node", uint(1, id));
    },
  };
}
