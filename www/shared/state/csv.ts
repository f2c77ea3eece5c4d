/** A table of numbers with a class for each row. */
export interface Table {
  /** Names of the columns with numbers. */
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
  /** Rows that lack a number or a class. */
  readonly skipped: number;
}

export interface TableRow {
  readonly values: Float32Array;
  readonly label: string;
  /** What the row says of where it comes from; its own number where it says nothing. */
  readonly session: string;
}

/** A file that is no such table. */
export class TableError extends Error {
  readonly code: "empty" | "no-class" | "no-numbers";

  constructor(code: TableError["code"]) {
    super(code);
    this.code = code;
  }
}

const CLASS_NAMES = /^(class|label|species|target|category|kind|type|activity|gesture)$/i;
const SESSION_NAMES = /^(session|group|recording|subject|user)$/i;

/**
 * Reads comma-, semicolon- or tab-separated text whose first line names the columns. The class is
 * the column of that name, or the last one with words in it; the session the column of that name.
 * All others that hold numbers are features.
 */
export function readTable(text: string): Table {
  const [header, ...lines] = parse(text);
  if (header === undefined || lines.length === 0) throw new TableError("empty");
  const column = (i: number): string[] => lines.map((line) => line[i] ?? "");
  const isNumeric = header.map((_, i) => mostlyNumbers(column(i)));
  const session = header.findIndex((name) => SESSION_NAMES.test(name));
  const named = header.findIndex((name) => CLASS_NAMES.test(name));
  const label =
    named >= 0 ? named : isNumeric.findLastIndex((numeric, i) => !numeric && i !== session);
  if (label < 0) throw new TableError("no-class");
  const features = header
    .map((_, i) => i)
    .filter((i) => i !== label && i !== session && isNumeric[i]);
  if (features.length === 0) throw new TableError("no-numbers");
  const rows: TableRow[] = [];
  lines.forEach((line, number) => {
    const values = Float32Array.from(features, (i) => numberOf(line[i] ?? ""));
    const name = line[label]?.trim() ?? "";
    if (name === "" || values.some((value) => !Number.isFinite(value))) return;
    rows.push({
      values,
      label: name,
      session: session < 0 ? `row ${number}` : (line[session] ?? ""),
    });
  });
  if (rows.length === 0) throw new TableError("empty");
  return {
    columns: features.map((i) => header[i]?.trim() ?? ""),
    rows,
    skipped: lines.length - rows.length,
  };
}

/** Numbers as a visitor writes them, or undefined where one is none. */
export function readNumbers(line: string): Float32Array | undefined {
  const parts = line.trim().split(line.includes(";") ? /\s*;\s*/ : /\s*,\s*|\s+/);
  const values = Float32Array.from(parts, numberOf);
  return line.trim() !== "" && values.every(Number.isFinite) ? values : undefined;
}

const numberOf = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));

/** At least nine tenths: a few may be missing. */
function mostlyNumbers(cells: readonly string[]): boolean {
  const numbers = cells.filter((cell) => Number.isFinite(numberOf(cell))).length;
  return numbers >= 0.9 * cells.length;
}

/** Lines of cells. A cell in quotes may hold separators, line breaks and doubled quotes. */
function parse(text: string): string[][] {
  const separator = separatorOf(text);
  const lines: string[][] = [];
  let line: string[] = [];
  let cell = "";
  let quoted = false;
  const endCell = (): void => {
    line.push(cell);
    cell = "";
  };
  const endLine = (): void => {
    endCell();
    if (line.some((one) => one.trim() !== "")) lines.push(line);
    line = [];
  };
  // A byte order mark is no part of the first name.
  for (let i = text.charCodeAt(0) === 0xfeff ? 1 : 0; i < text.length; i++) {
    const c = text[i] as string;
    if (quoted && c === '"' && text[i + 1] === '"') cell += text[i++];
    else if (c === '"') quoted = !quoted;
    else if (!quoted && c === separator) endCell();
    else if (!quoted && c === "\n") endLine();
    else if (c !== "\r" || quoted) cell += c;
  }
  endLine();
  return lines;
}

function separatorOf(text: string): string {
  const first = text.split("\n", 1)[0] ?? "";
  const counts = [",", ";", "\t"].map((c) => ({ c, n: first.split(c).length }));
  return counts.reduce((a, b) => (b.n > a.n ? b : a)).c;
}
