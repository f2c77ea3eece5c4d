import type { Bytes } from "./bytes.js";
import { makeObject, toTree, type FlowerObject } from "./objects.js";
import { double, Fields, message, nested, sint, string, uint } from "./protobuf.js";

/** The head of a message. */
export interface Metadata {
  run: bigint;
  id: string;
  source: bigint;
  destination: bigint;
  replyTo: string;
  group: string;
  /** Seconds for which it is good. */
  ttl: number;
  /** "train", "evaluate" or another, with an optional action behind a point. */
  type: string;
  /** Seconds since 1970 by the server's clock. */
  created: number;
  sourceTask: bigint | undefined;
  destinationTask: bigint | undefined;
}

const toMetadata = (of: Metadata): Bytes =>
  message(
    uint(1, of.run),
    string(2, of.id),
    uint(3, of.source),
    uint(4, of.destination),
    string(5, of.replyTo),
    string(6, of.group),
    double(7, of.ttl),
    string(8, of.type),
    double(9, of.created),
    uint(10, of.sourceTask, true),
    uint(11, of.destinationTask, true),
  );

/** The metadata of a message's protobuf. */
export function readMetadata(encoded: Uint8Array): Metadata {
  const fields = new Fields(new Fields(encoded).bytes(1));
  return {
    run: fields.uint(1),
    id: fields.string(2),
    source: fields.uint(3),
    destination: fields.uint(4),
    replyTo: fields.string(5),
    group: fields.string(6),
    ttl: fields.double(7),
    type: fields.string(8),
    created: fields.double(9),
    sourceTask: fields.optional(10),
    destinationTask: fields.optional(11),
  };
}

/** Flower's ErrorCode.CLIENT_APP_RAISED_EXCEPTION. */
const RAISED = 2n;

/** The answer to a message: what is pushed first, and the tree of objects that follow. */
export interface Reply {
  wire: Bytes;
  tree: Bytes;
  object: FlowerObject;
}

/** Answers a message with a content, or with the reason why there is none. */
export async function makeReply(
  asked: Metadata,
  answer: FlowerObject | Error,
  now: number,
): Promise<Reply> {
  const metadata: Metadata = {
    ...asked,
    id: "",
    source: asked.destination,
    destination: asked.source,
    replyTo: asked.id,
    ttl: asked.created + asked.ttl - now,
    created: now,
    sourceTask: asked.destinationTask,
    destinationTask: asked.sourceTask,
  };
  const error =
    answer instanceof Error
      ? nested(3, message(sint(1, RAISED), string(2, answer.message)))
      : undefined;
  const children = answer instanceof Error ? [] : [answer];
  const body = message(nested(1, toMetadata(metadata)), error);
  const object = await makeObject("Message", children, body);
  // On the wire an empty content stands for the one that is pushed as objects.
  const wire = message(
    nested(1, toMetadata({ ...metadata, id: object.id })),
    error ?? nested(2, new Uint8Array()),
  );
  return { wire, tree: toTree(object), object };
}
