import {
  COLOURS,
  kinds,
  newId,
  type Example,
  type ProjectContent,
  type TaughtClass,
} from "./project";

/**
 * A project as one file: lines of JSON. The first says what it is and has the classes, each other
 * one is an example. Features are base64 of little-endian float32, pictures data: addresses.
 */

const FORMAT = "oodgate-project";
const VERSION = 1;

interface Header extends Omit<ProjectContent, "examples"> {
  readonly format: typeof FORMAT;
  readonly version: number;
}

interface Line {
  readonly classId: string;
  readonly session: string;
  readonly features: string;
  readonly words?: string;
  readonly picture?: string;
}

/** A file that is no project, or one of a later version. */
export class ProjectFileError extends Error {}

/** Without pictures it is a quarter as large, and says less of what was before the camera. */
export async function writeProject(content: ProjectContent, withPictures: boolean): Promise<Blob> {
  const { examples, ...rest } = content;
  const header: Header = { format: FORMAT, version: VERSION, ...rest };
  const lines = [JSON.stringify(header)];
  for (const { classId, session, features, words, picture } of examples) {
    const line: Line = {
      classId,
      session,
      features: toBase64(new Uint8Array(features.buffer, features.byteOffset, features.byteLength)),
      ...(words !== undefined && { words }),
      ...(withPictures && picture !== undefined && { picture: await toDataUrl(picture) }),
    };
    lines.push(JSON.stringify(line));
  }
  // Piece by piece: a thousand pictures in one string are more than some browsers allow.
  return new Blob(
    lines.map((line) => `${line}\n`),
    { type: "application/x-ndjson" },
  );
}

/** Ids are made anew, so that the same file can be opened twice. */
export async function readProject(file: Blob): Promise<ProjectContent> {
  const [first = "", ...lines] = (await file.text()).split("\n");
  const header = parsed(first);
  if (!isHeader(header)) throw new ProjectFileError();
  const ids = new Map(header.classes.map(({ id }) => [id, newId()]));
  const classes = header.classes.map(({ id, name, on, colour }) => ({
    id: ids.get(id) ?? "",
    name,
    on: on !== false,
    colour: Number.isInteger(colour) ? Math.abs(colour) % COLOURS : 0,
  }));
  const sessions = new Map<string, string>();
  const examples = lines
    .filter((line) => line !== "")
    .map((line) => exampleOf(parsed(line) as Line, ids, sessions));
  if (new Set(examples.map(({ features }) => features.length)).size > 1)
    throw new ProjectFileError();
  const { name, kind, alpha, columns } = header;
  return { name, kind, alpha, columns, classes, examples };
}

function exampleOf(
  line: Line,
  ids: ReadonlyMap<string, string>,
  sessions: Map<string, string>,
): Example {
  const classId = ids.get(line.classId);
  const bytes = typeof line.features === "string" ? fromBase64(line.features) : undefined;
  if (
    classId === undefined ||
    bytes === undefined ||
    bytes.length === 0 ||
    bytes.length % 4 !== 0
  ) {
    throw new ProjectFileError();
  }
  const features = new Float32Array(bytes.buffer);
  if (!features.every(Number.isFinite)) throw new ProjectFileError();
  const session = sessions.get(line.session) ?? newId();
  sessions.set(line.session, session);
  return {
    id: newId(),
    classId,
    session,
    features,
    ...(typeof line.words === "string" && { words: line.words }),
    ...(typeof line.picture === "string" && { picture: fromDataUrl(line.picture) }),
  };
}

function isHeader(value: object): value is Header {
  const { format, version, name, kind, alpha, columns, classes }: Partial<Header> = value;
  return (
    format === FORMAT &&
    version === VERSION &&
    typeof name === "string" &&
    kinds.some((known) => known === kind) &&
    typeof alpha === "number" &&
    alpha > 0 &&
    alpha < 1 &&
    Array.isArray(columns) &&
    Array.isArray(classes) &&
    classes.every(
      (one: Partial<TaughtClass>) => typeof one.id === "string" && typeof one.name === "string",
    )
  );
}

function parsed(line: string): object {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Said below: what is no JSON is no project either.
  }
  throw new ProjectFileError();
}

/** In pieces: a function takes only so many arguments. */
function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192)
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  } catch {
    throw new ProjectFileError();
  }
}

const toDataUrl = async (picture: Blob): Promise<string> =>
  `data:${picture.type};base64,${toBase64(new Uint8Array(await picture.arrayBuffer()))}`;

/** Not by fetch: the page's policy has it ask nothing but its own server. */
function fromDataUrl(url: string): Blob {
  const [, type, data] = /^data:(image\/[a-z]+);base64,(.+)$/.exec(url) ?? [];
  if (type === undefined || data === undefined) throw new ProjectFileError();
  return new Blob([fromBase64(data)], { type });
}
