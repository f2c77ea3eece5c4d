import type { GateResult, Head } from "oodgate";
import type { Split } from "./data";
import { nextTurn } from "../../shared/state/turns";

/** What the gate says of each row, without the intents' names. */
export type Verdicts = Omit<GateResult, "label" | "accepted" | typeof Symbol.iterator>;

/** Who waits for the verdicts. */
export interface Watcher {
  /** False as soon as nobody wants them any more. */
  wanted(): boolean;
  /** So many more rows are done. */
  onRows(rows: number): void;
}

/** How long one question may take: progress should be seen to move, and another choice should not wait long. */
const TURN_MS = 50;
/** Fewer rows at a time cost more than they are worth. */
const LEAST = 32;
/** Each question to a GPU has a fixed price. */
const GPU_ROWS = 1024;

/** Asks the calibrated head about all rows, a few at a time. Undefined when they were no longer wanted. */
export async function verdicts(head: Head, { rows, features }: Split, watcher: Watcher): Promise<Verdicts | undefined> {
  const classes = head.classes.length;
  const all: Verdicts = {
    classIndex: new Int32Array(rows),
    probability: new Float32Array(rows),
    probabilities: new Float32Array(rows * classes),
    score: new Float32Array(rows),
    pValue: new Float32Array(rows),
  };
  let count = head.backend === "cpu" ? 2 * LEAST : GPU_ROWS;
  for (let from = 0; from < rows; ) {
    if (!watcher.wanted()) return undefined;
    const to = Math.min(rows, from + count);
    const begun = performance.now();
    const part = await head.gate(features.subarray(from * head.features, to * head.features));
    const took = performance.now() - begun;
    all.classIndex.set(part.classIndex, from);
    all.probability.set(part.probability, from);
    all.probabilities.set(part.probabilities, from * classes);
    all.score.set(part.score, from);
    all.pValue.set(part.pValue, from);
    watcher.onRows(to - from);
    if (head.backend === "cpu") count = Math.max(LEAST, Math.min(2 * count, Math.round((count * TURN_MS) / Math.max(took, 0.01))));
    from = to;
    await nextTurn();
  }
  return all;
}
