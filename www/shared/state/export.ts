import { Taught } from "./model";
import type { Project } from "./project";
import { scaleOf } from "./scale-of";
import type { Scale } from "./scaling";
import { teachable } from "./sessions";

/** A trained head with its gate, to take elsewhere. */
export interface Exported {
  readonly file: Uint8Array<ArrayBuffer>;
  /** Of numbers: how a row is scaled before the head sees it. */
  readonly scale?: Scale;
}

/**
 * Trains the project's head once more, with the classes' names in it in place of the page's own
 * ids.
 */
export async function exportHead(project: Project): Promise<Exported> {
  const names = uniqueNames(project);
  const rows = teachable(project.taught.peek()).map((example) => ({
    ...example,
    classId: names.get(example.classId) ?? "",
  }));
  const scale = scaleOf(project);
  const { signal } = new AbortController();
  const [alpha, unknown] = [project.alpha.peek(), project.unknown.peek()];
  const taught = await Taught.from(rows, { alpha, scale, unknown, signal });
  try {
    const file = await taught.save();
    return { file, ...(taught.scale && { scale: taught.scale }) };
  } finally {
    taught.dispose();
  }
}

/** A head tells its classes by name; two of the same are told apart by a number. */
function uniqueNames(project: Project): Map<string, string> {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const { id, name } of project.classes.peek()) {
    let unique = name;
    for (let n = 2; taken.has(unique); n++) unique = `${name} ${n}`;
    taken.add(unique);
    names.set(id, unique);
  }
  return names;
}
