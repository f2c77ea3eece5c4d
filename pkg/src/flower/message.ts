import type { Bytes } from "./bytes.js";
import { makeObject, type FlowerObject } from "./objects.js";
import { bytes, double, message, read, sint, string, uint, type Fields } from "./protobuf.js";

// Of a message's metadata: 1 run, 2 message id, 3 source node, 4 destination node, 5 id of the
// message that it replies to, 6 group, 7 seconds for which it is good, 8 type, 9 seconds since 1970
// at which it was made, 10 source task and 11 destination task, both optional.

/** The metadata of a message's protobuf, and what of it is needed elsewhere. */
export interface Asked {
  metadata: Fields;
  run: bigint;
  id: string;
  /** "train", "evaluate" or another, with an optional action behind a point. */
  type: string;
}

export function readMessage(encoded: Uint8Array): Asked {
  const metadata = read(read(encoded).bytes(1));
  return { metadata, run: metadata.uint(1), id: metadata.string(2), type: metadata.string(8) };
}

/** The metadata of an answer: what was asked, the other way round. */
function toMetadata({ metadata, run, id, type }: Asked, own: string, now: number): Bytes {
  const task = (from: number, to: number): Bytes[] =>
    metadata.has(from) ? [uint(to, metadata.uint(from))] : [];
  return message(
    uint(1, run),
    string(2, own),
    uint(3, metadata.uint(4)),
    uint(4, metadata.uint(3)),
    string(5, id),
    string(6, metadata.string(6)),
    double(7, metadata.double(9) + metadata.double(7) - now),
    string(8, type),
    double(9, now),
    ...task(11, 10),
    ...task(10, 11),
  );
}

/** Flower's ErrorCode.CLIENT_APP_RAISED_EXCEPTION. */
const RAISED = 2n;

/** The answer to a message: what is pushed first, and the objects that follow. */
export interface Reply {
  wire: Bytes;
  object: FlowerObject;
}

/** Answers a message with a content, or with the reason why there is none. */
export async function makeReply(
  asked: Asked,
  answer: FlowerObject | Error,
  now: number,
): Promise<Reply> {
  const isError = answer instanceof Error;
  const error = isError ? [bytes(3, message(sint(1, RAISED), string(2, answer.message)))] : [];
  const body = message(bytes(1, toMetadata(asked, "", now)), ...error);
  const object = await makeObject("Message", isError ? [] : [answer], body);
  // On the wire an empty content stands for the one that is pushed as objects.
  const content = isError ? error : [bytes(2, new Uint8Array())];
  return { wire: message(bytes(1, toMetadata(asked, object.id, now)), ...content), object };
}
