import { intent } from "../../shared/ui/format";
import type { Dataset } from "./data";
import type { Answers } from "./scores";
import type { Show, Sort, SortColumn } from "./settings";
import { say } from "./say";

/** What the gate does with a sentence, and whether that is right. */
export type Outcome = "right" | "wrong-intent" | "missed" | "let-through" | "pending";

/** All test sentences, in-scope rows first. A row is an index; the columns are arrays. */
export class Sentences {
  readonly rows: number;
  readonly texts: readonly string[];
  /** Class index, -1 for no intent. */
  readonly truth: Int32Array;
  readonly #names: readonly string[];
  readonly #searchable: string[];
  readonly #mixed: Uint32Array;
  #answers: Answers | undefined;
  #scores: Float32Array | undefined;
  #pValues: Float32Array | undefined;
  #order: { sort: Sort; rows: Uint32Array } | undefined;

  constructor(data: Dataset) {
    const { test, oos } = data;
    this.rows = test.rows + oos.rows;
    this.texts = [...test.texts, ...oos.texts];
    this.truth = new Int32Array(this.rows);
    this.truth.set(test.labels);
    this.truth.set(oos.labels, test.rows);
    this.#names = data.classes.map(intent);
    this.#mixed = shuffled(this.rows);
    this.#searchable = this.#fold();
  }

  /** New answers, or none. */
  setAnswers(answers: Answers | undefined): void {
    this.#answers = answers;
    this.#order = undefined;
    for (const [row, text] of this.#fold().entries()) this.#searchable[row] = text;
  }

  /** New scores: of the in-scope rows, then of the out-of-scope rows. And p-values, of all rows. */
  setScores(test: Float32Array, oos: Float32Array, pValues: Float32Array): void {
    this.#scores = new Float32Array(this.rows);
    this.#scores.set(test);
    this.#scores.set(oos, test.length);
    this.#pValues = pValues;
    this.#order = undefined;
  }

  truthName(row: number): string {
    return this.#names[this.truth[row] as number] ?? say("none of them");
  }

  predictedName(row: number): string {
    const predicted = this.#answers?.classIndex[row];
    return predicted === undefined ? "–" : (this.#names[predicted] ?? "–");
  }

  probability(row: number): number {
    return this.#answers?.probability[row] ?? NaN;
  }

  score(row: number): number {
    return this.#scores?.[row] ?? NaN;
  }

  pValue(row: number): number {
    return this.#pValues?.[row] ?? NaN;
  }

  outcome(row: number, threshold: number): Outcome {
    const predicted = this.#answers?.classIndex[row];
    const score = this.#scores?.[row];
    if (predicted === undefined || score === undefined) return "pending";
    const truth = this.truth[row] as number;
    if (score > threshold) return truth < 0 ? "right" : "missed";
    if (truth < 0) return "let-through";
    return predicted === truth ? "right" : "wrong-intent";
  }

  /** The rows to show, in order, and how many rows each choice of `show` has under this search. */
  select(
    sort: Sort,
    show: Show,
    search: string,
    threshold: number,
  ): { rows: number[]; counts: Record<Show, number> } {
    const wanted = search
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== "");
    const counts: Record<Show, number> = { all: 0, in: 0, out: 0, rejected: 0, mistakes: 0 };
    const rows: number[] = [];
    for (const row of this.#sorted(sort)) {
      const text = this.#searchable[row] as string;
      if (!wanted.every((word) => text.includes(word))) continue;
      const inScope = (this.truth[row] as number) >= 0;
      const outcome = this.outcome(row, threshold);
      const rejected = this.score(row) > threshold;
      const mistake = outcome !== "right" && outcome !== "pending";
      counts.all++;
      if (inScope) counts.in++;
      else counts.out++;
      if (rejected) counts.rejected++;
      if (mistake) counts.mistakes++;
      if (
        show === "all" ||
        (show === "in" && inScope) ||
        (show === "out" && !inScope) ||
        (show === "rejected" && rejected) ||
        (show === "mistakes" && mistake)
      ) {
        rows.push(row);
      }
    }
    return { rows, counts };
  }

  #sorted(sort: Sort): Uint32Array {
    if (sort === "mixed") return this.#mixed;
    if (this.#order?.sort !== sort) {
      const sign = sort.startsWith("-") ? -1 : 1;
      const compare = this.#comparer(sort.replace("-", "") as SortColumn);
      // Rows that tie stay in the mixed order, upwards and downwards alike.
      this.#order = {
        sort,
        rows: Uint32Array.from(Array.from(this.#mixed).sort((a, b) => sign * compare(a, b))),
      };
    }
    return this.#order.rows;
  }

  #comparer(column: SortColumn): (a: number, b: number) => number {
    const byText = (of: (row: number) => string) => (a: number, b: number) =>
      of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0;
    // Rows without a number (nothing trained yet) all tie.
    const byNumber = (of: (row: number) => number) => (a: number, b: number) => of(a) - of(b) || 0;
    switch (column) {
      case "text":
        return byText((row) => this.texts[row] as string);
      case "truth":
        return byText((row) => this.truthName(row));
      case "predicted":
        return byText((row) => this.predictedName(row));
      case "probability":
        return byNumber((row) => this.probability(row));
      case "pValue":
        return byNumber((row) => this.pValue(row));
      // Accepted before rejected, and in each by score: that is the order of the scores.
      case "score":
      case "verdict":
        return byNumber((row) => this.score(row));
    }
  }

  #fold(): string[] {
    return this.texts.map((text, row) =>
      `${text} ${this.truthName(row)} ${this.#answers === undefined ? "" : this.predictedName(row)}`.toLowerCase(),
    );
  }
}

/** 0 ... rows - 1 in an order that looks random and is always the same. */
function shuffled(rows: number): Uint32Array {
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  let state = 0x9e3779b9;
  for (let i = rows - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}
