import { batch, signal } from "@preact/signals";
import { readNumbers, readTable, TableError, type Table } from "../../shared/state/csv";
import { linesOf } from "../../shared/state/lines";
import { newId, type Example } from "../../shared/state/project";
import { motionColumns } from "../../shared/state/motion-window";
import { live, motion, ofMotion, project } from "./page";
import { written } from "./written";

/** What became of the last rows. */
export interface TableNote {
  readonly kind:
    | "added"
    | "skipped"
    | "empty"
    | "no-class"
    | "no-numbers"
    | "width"
    | "other"
    | "not-motion";
  readonly rows: number;
}

export const tableNote = signal<TableNote | undefined>(undefined);

/**
 * Rows of a file become examples of the classes that they name; classes that are not there are
 * made.
 */
export async function addTable(file: File | undefined): Promise<void> {
  if (file === undefined) return;
  try {
    take(readTable(await file.text()));
  } catch (error) {
    if (error instanceof TableError) tableNote.value = { kind: error.code, rows: 0 };
    else live.fault.value = error;
  }
}

function take(table: Table): void {
  const { columns } = project;
  if (project.examples.value.length > 0 && columns.value.join("\n") !== table.columns.join("\n")) {
    tableNote.value = { kind: "other", rows: columns.value.length };
    return;
  }
  batch(() => {
    columns.value = table.columns;
    const names = [...new Set(table.rows.map((row) => row.label))];
    const ids = classesFor(names);
    const examples = table.rows.map(({ values, label, session }) =>
      example(ids.get(label) ?? "", values, `${label} ${session}`),
    );
    project.addExamples(examples);
  });
  const { skipped, rows } = table;
  tableNote.value =
    skipped > 0 ? { kind: "skipped", rows: skipped } : { kind: "added", rows: rows.length };
}

/** Asks for the motion sensor; a project that is empty becomes one of motion when it is there. */
export async function useMotion(): Promise<void> {
  tableNote.value = undefined;
  if (project.examples.value.length > 0 && !ofMotion.value) {
    motion.stop();
    tableNote.value = { kind: "not-motion", rows: project.columns.value.length };
    return;
  }
  const id = project.id.peek();
  await motion.start();
  if (motion.state.peek() === "on" && project.id.peek() === id)
    project.columns.value = motionColumns;
}

/** By name. Classes that nothing was shown of take the new names first. */
function classesFor(names: readonly string[]): Map<string, string> {
  const ids = new Map(project.classes.value.map(({ id, name }) => [name, id]));
  const wanted = new Set(names);
  const free = project.classes.value.filter(
    ({ id, name }) => project.examplesOf(id).length === 0 && !wanted.has(name),
  );
  for (const name of names) {
    if (ids.has(name)) continue;
    const unused = free.shift();
    if (unused === undefined) ids.set(name, project.addClass(name).id);
    else {
      project.changeClass(unused.id, { name });
      ids.set(name, unused.id);
    }
  }
  return ids;
}

/** Lines of numbers become examples of one class. The first says how many there are in each. */
export function addNumbers(classId: string, lines: string): void {
  tableNote.value = undefined;
  const examples: Example[] = [];
  for (const line of linesOf(lines)) {
    const values = readNumbers(line);
    const { columns } = project;
    if (values !== undefined && columns.value.length === 0)
      columns.value = Array.from(values, (_, i) => String(i + 1));
    if (values?.length !== columns.value.length) {
      tableNote.value = { kind: "width", rows: columns.value.length || 3 };
      return;
    }
    examples.push(example(classId, values, newId()));
  }
  project.addExamples(examples);
}

const example = (classId: string, features: Float32Array, session: string): Example => ({
  id: newId(),
  classId,
  session,
  features,
  words: written(features),
});
