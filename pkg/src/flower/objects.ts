import { concat, sha256, text, unreadable, utf8, type Bytes } from "./bytes.js";
import { fromNpy, toNpy, type Tensor } from "./npy.js";
import { Fields, message, nested, string } from "./protobuf.js";
import { fromRecord, toRecord, type RecordValue, type Values } from "./record.js";

/**
 * Flower moves a message as a tree of objects. Each is `"Type id,id length" \0 body`, named by the
 * SHA-256 of all of it; the ids are those of its children.
 */
export interface FlowerObject {
  readonly id: string;
  readonly content: Bytes;
  readonly children: readonly FlowerObject[];
}

/** What a message carries: arrays, metrics and configuration by name. */
export interface Content {
  arrays: Map<string, Map<string, Tensor>>;
  records: Map<string, Map<string, RecordValue>>;
}

/** Bytes of an array that travel in one object: flwr's own default. */
const CHUNK_BYTES = 5 * 2 ** 20;

/** Levels of the tree: message, records, record, array, chunk. */
const DEPTH = 5;

export async function makeObject(
  type: string,
  children: readonly FlowerObject[],
  body: Uint8Array,
): Promise<FlowerObject> {
  const unique = [...new Map(children.map((child) => [child.id, child])).values()];
  const ids = unique.map(({ id }) => id).join(",");
  const content = concat([utf8(`${type} ${ids} ${body.length}\0`), body]);
  return { id: await sha256(content), content, children: unique };
}

const json = (value: unknown): Bytes => utf8(JSON.stringify(value));

async function arrayObject(tensor: Tensor): Promise<FlowerObject> {
  const file = toNpy(tensor);
  const chunks: FlowerObject[] = [];
  for (let start = 0; start < file.length; start += CHUNK_BYTES)
    chunks.push(await makeObject("ArrayChunk", [], file.subarray(start, start + CHUNK_BYTES)));
  // Equal chunks are one child; the list says which child each of them is.
  const ids = [...new Set(chunks.map(({ id }) => id))];
  const arraychunk_ids = chunks.map(({ id }) => ids.indexOf(id));
  const shape = [...tensor.shape];
  const body = json({ dtype: "float32", shape, stype: "numpy.ndarray", arraychunk_ids });
  return makeObject("Array", chunks, body);
}

/** An object that names its children. */
async function named(
  type: string,
  entries: Iterable<readonly [string, Promise<FlowerObject>]>,
): Promise<FlowerObject> {
  const ids: [string, string][] = [];
  const children: FlowerObject[] = [];
  for (const [name, making] of entries) {
    const child = await making;
    ids.push([name, child.id]);
    children.push(child);
  }
  return makeObject(type, children, json(Object.fromEntries(ids)));
}

/** The content of a reply: metrics, and the arrays of a trained model. */
export function contentObject(
  metrics: Values,
  arrays?: Readonly<Record<string, Tensor>>,
): Promise<FlowerObject> {
  const entries: [string, Promise<FlowerObject>][] = [
    ["metrics", makeObject("MetricRecord", [], toRecord(metrics))],
  ];
  if (arrays !== undefined) {
    const parts = Object.entries(arrays).map(([name, array]) =>
      [name, arrayObject(array)] as const);
    entries.unshift(["arrays", named("ArrayRecord", parts)]);
  }
  return named("RecordDict", entries);
}

interface Opened {
  type: string;
  children: string[];
  body: Uint8Array;
}

/** The parts of an object's bytes. */
export function openObject(content: Uint8Array): Opened {
  const end = content.indexOf(0);
  const [type, children, length, ...rest] = text(content.subarray(0, Math.max(end, 0))).split(" ");
  const body = content.subarray(end + 1);
  if (end < 0 || type === undefined || children === undefined || rest.length > 0)
    throw unreadable("the server sent an object without its head");
  if (length !== String(body.length)) throw unreadable("the server sent an object cut short");
  return { type, children: children === "" ? [] : children.split(","), body };
}

/** Reads the objects of a message, of which each stands for its hash in `contents`. */
export class ObjectReader {
  readonly #contents: ReadonlyMap<string, Uint8Array>;

  constructor(contents: ReadonlyMap<string, Uint8Array>) {
    this.#contents = contents;
  }

  #open(id: string, ...types: string[]): Opened {
    const content = this.#contents.get(id);
    if (content === undefined) throw unreadable("the server named an object and did not send it");
    const opened = openObject(content);
    if (!types.includes(opened.type))
      throw unreadable(`the server sent a "${opened.type}" where ${types.join(" or ")} belongs`);
    return opened;
  }

  /** The names of an object's children: a JSON object of name to id. */
  #names({ body }: Opened): [string, string][] {
    const names = parse(body);
    const entries = Object.entries(names).map(([name, id]): [string, string] => [name, String(id)]);
    return entries;
  }

  #array(id: string): Tensor {
    const array = this.#open(id, "Array");
    const { arraychunk_ids: order } = parse(array.body);
    if (!Array.isArray(order)) throw unreadable("the server sent an array without its parts");
    const chunks = order.map((index) => this.#open(array.children[index] ?? "", "ArrayChunk").body);
    return fromNpy(concat(chunks));
  }

  /** What the message of this id carries. */
  content(id: string): Content {
    const content: Content = { arrays: new Map(), records: new Map() };
    const [child] = this.#open(id, "Message").children;
    if (child === undefined) return content;
    for (const [name, part] of this.#names(this.#open(child, "RecordDict"))) {
      const record = this.#open(part, "ArrayRecord", "MetricRecord", "ConfigRecord");
      if (record.type === "ArrayRecord") {
        const arrays = this.#names(record).map(([key, array]) => [key, this.#array(array)] as const);
        content.arrays.set(name, new Map(arrays));
      } else content.records.set(name, fromRecord(record.body));
    }
    return content;
  }
}

function parse(body: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text(body));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw unreadable("the server sent an object that holds no names");
}

/** A tree of ids, as messages carry it. */
export const toTree = (object: FlowerObject): Bytes =>
  message(string(1, object.id), ...object.children.map((child) => nested(2, toTree(child))));

/** The ids of a tree, each once. */
export function treeIds(tree: Uint8Array, ids = new Set<string>(), depth = 1): Set<string> {
  if (depth > DEPTH) throw unreadable("the server sent a tree of objects that is too deep");
  const fields = new Fields(tree);
  for (const child of fields.all(2)) treeIds(child, ids, depth + 1);
  return ids.add(fields.string(1));
}

/** An object and all below it, children first. */
export function allObjects(
  object: FlowerObject,
  found = new Map<string, FlowerObject>(),
): Map<string, FlowerObject> {
  for (const child of object.children) allObjects(child, found);
  return found.set(object.id, object);
}
