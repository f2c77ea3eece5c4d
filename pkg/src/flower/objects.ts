import { concat, malformed, sha256, text, utf8, type Bytes } from "./bytes.js";
import { fromNpy, toNpy, type Tensor } from "./npy.js";
import { bytes, message, read, string } from "./protobuf.js";
import { readRecord, toMetrics, type ConfigValue } from "./record.js";

/**
 * Flower moves a message as a tree of objects. Each is `"Type id,id length" \0 body`, named by the
 * SHA-256 of all of it; the ids are those of its children.
 */
export interface FlowerObject {
  readonly id: string;
  /** The ids of this object and of all below it, as messages carry them. */
  readonly tree: Bytes;
  /** The bytes of this object and of all below it, by id, children first. */
  readonly all: ReadonlyMap<string, Bytes>;
}

/** What a message carries: its arrays by name, and its configuration. */
export interface Content {
  arrays: [string, Tensor][];
  config: Map<string, ConfigValue | undefined>;
}

/** Bytes of an array that travel in one object: flwr's own default. */
const CHUNK_BYTES = 5 * 2 ** 20;

export async function makeObject(
  type: string,
  children: readonly FlowerObject[],
  body: Uint8Array,
): Promise<FlowerObject> {
  const unique = [...new Map(children.map((child) => [child.id, child])).values()];
  const ids = unique.map(({ id }) => id).join(",");
  const content = concat([utf8(`${type} ${ids} ${body.length}\0`), body]);
  const id = await sha256(content);
  return {
    id,
    tree: message(string(1, id), ...unique.map(({ tree }) => bytes(2, tree))),
    all: new Map([...unique.flatMap(({ all }) => [...all]), [id, content]]),
  };
}

// JSON as Python's json.dumps spaces it: an array that a node sends back as it came then has the
// hash that the server knows it by, and need not travel.

async function arrayObject(tensor: Tensor): Promise<FlowerObject> {
  const file = toNpy(tensor);
  const chunks: FlowerObject[] = [];
  for (let start = 0; start < file.length; start += CHUNK_BYTES)
    chunks.push(await makeObject("ArrayChunk", [], file.subarray(start, start + CHUNK_BYTES)));
  // Equal chunks are one child; the list says which child each of them is.
  const ids = [...new Set(chunks.map(({ id }) => id))];
  const order = chunks.map(({ id }) => ids.indexOf(id)).join(", ");
  const shape = tensor.shape.join(", ");
  const kind = `"dtype": "float32", "shape": [${shape}], "stype": "numpy.ndarray"`;
  return makeObject("Array", chunks, utf8(`{${kind}, "arraychunk_ids": [${order}]}`));
}

/** An object that names its children. */
function named(type: string, children: [string, FlowerObject][]): Promise<FlowerObject> {
  const names = children.map(([name, { id }]) => `${JSON.stringify(name)}: "${id}"`).join(", ");
  return makeObject(type, children.map(([, child]) => child), utf8(`{${names}}`));
}

/** The content of a reply: metrics, and the arrays of a trained model. */
export async function contentObject(
  metrics: Readonly<Record<string, number>>,
  arrays: [string, Tensor][] = [],
): Promise<FlowerObject> {
  const parts: [string, FlowerObject][] = [];
  for (const [name, array] of arrays) parts.push([name, await arrayObject(array)]);
  const records: [string, FlowerObject][] = [];
  if (parts.length > 0) records.push(["arrays", await named("ArrayRecord", parts)]);
  records.push(["metrics", await makeObject("MetricRecord", [], toMetrics(metrics))]);
  return named("RecordDict", records);
}

interface Opened {
  type: string;
  children: string[];
  body: Uint8Array;
}

/** The parts of an object's bytes. */
export function openObject(content: Uint8Array): Opened {
  const end = content.indexOf(0);
  const [type, ids, length] = text(content.subarray(0, Math.max(end, 0))).split(" ");
  const body = content.subarray(end + 1);
  if (!type || ids === undefined || length !== String(body.length)) throw malformed("object");
  return { type, children: ids === "" ? [] : ids.split(","), body };
}

function parse(body: Uint8Array): Record<string, unknown> {
  try {
    return Object(JSON.parse(text(body)));
  } catch {
    throw malformed("object");
  }
}

/** Reads what the message of this id carries, of whose objects each stands for its hash. */
export function readContent(objects: ReadonlyMap<string, Uint8Array>, id: string): Content {
  const content: Content = { arrays: [], config: new Map() };
  const open = (object: unknown, expected: RegExp): Opened => {
    const found = objects.get(String(object));
    const opened = found && openObject(found);
    if (opened === undefined || !expected.test(opened.type)) throw malformed("message");
    return opened;
  };
  /** The children that an object names. */
  const names = ({ body }: Opened): [string, unknown][] => Object.entries(parse(body));
  const readArray = (object: unknown): Tensor => {
    const { body, children } = open(object, /^Array$/);
    const order = parse(body)["arraychunk_ids"];
    if (!Array.isArray(order)) throw malformed("array");
    return fromNpy(concat(order.map((index) => open(children[index], /^ArrayChunk$/).body)));
  };
  for (const child of open(id, /^Message$/).children) {
    for (const [, part] of names(open(child, /^RecordDict$/))) {
      const record = open(part, /^(Array|Metric|Config)Record$/);
      if (record.type === "ArrayRecord")
        for (const [name, array] of names(record)) content.arrays.push([name, readArray(array)]);
      else for (const [key, value] of readRecord(record.body)) content.config.set(key, value);
    }
  }
  return content;
}

/** The ids of a tree, each once. It has five levels: message, records, record, array, chunk. */
export function treeIds(tree: Uint8Array, levels = 5): Set<string> {
  if (levels === 0) throw malformed("tree");
  const fields = read(tree);
  const below = fields.all(2).flatMap((child) => [...treeIds(child, levels - 1)]);
  return new Set([...below, fields.string(1)]);
}
