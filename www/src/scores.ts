import { metrics, type Head } from "oodgate";
import type { Dataset } from "./data";
import type { PageScorer } from "./settings";

/** What the head answers for every test sentence: the in-scope rows first, then the out-of-scope rows. */
export interface Answers {
  readonly classIndex: Int32Array;
  readonly probability: Float32Array;
  /** Share of in-scope rows with the right intent. */
  readonly accuracy: number;
}

/** How unfamiliar each sentence looks to one scorer. Higher = more unfamiliar. */
export interface Scores {
  readonly scorer: PageScorer;
  readonly test: Float32Array;
  readonly oos: Float32Array;
  readonly auroc: number;
  readonly fpr95: number;
  /** The threshold that accepts 95 % of the validation sentences, none of which was trained on. */
  readonly keeps95: number;
}

/** One head's answers and scores, each worked out once. */
export class Judge {
  readonly #head: Head;
  readonly #data: Dataset;
  readonly #scores = new Map<PageScorer, Promise<Scores>>();
  #answers: Promise<Answers> | undefined;

  constructor(head: Head, data: Dataset) {
    this.#head = head;
    this.#data = data;
  }

  answers(): Promise<Answers> {
    return (this.#answers ??= this.#answer());
  }

  scores(scorer: PageScorer): Promise<Scores> {
    let found = this.#scores.get(scorer);
    if (found === undefined) {
      found = this.#score(scorer);
      this.#scores.set(scorer, found);
      // A failure is not kept: choosing the scorer again tries again.
      found.catch(() => this.#scores.delete(scorer));
    }
    return found;
  }

  dispose(): void {
    this.#head.dispose();
  }

  async #answer(): Promise<Answers> {
    const { test, oos } = this.#data;
    const known = await this.#head.predict(test.features);
    const unknown = await this.#head.predict(oos.features);
    const classIndex = new Int32Array(test.rows + oos.rows);
    classIndex.set(known.classIndex);
    classIndex.set(unknown.classIndex, test.rows);
    const probability = new Float32Array(test.rows + oos.rows);
    probability.set(known.probability);
    probability.set(unknown.probability, test.rows);
    return { classIndex, probability, accuracy: share(test.labels, (label, row) => label === classIndex[row]) };
  }

  async #score(scorer: PageScorer): Promise<Scores> {
    const { val, test, oos } = this.#data;
    const ofVal = await this.#head.oodScore(val.features, { scorer });
    const ofTest = await this.#head.oodScore(test.features, { scorer });
    const ofOos = await this.#head.oodScore(oos.features, { scorer });
    return {
      scorer,
      test: ofTest,
      oos: ofOos,
      auroc: metrics.auroc(ofTest, ofOos),
      fpr95: metrics.fprAtTpr(ofTest, ofOos, 0.95),
      keeps95: thresholdKeeping(ofVal, 0.95),
    };
  }
}

/** The smallest score up to which at least this share of the scores lies. */
export function thresholdKeeping(scores: Float32Array, wanted: number): number {
  const sorted = scores.slice().sort();
  return sorted[Math.max(0, Math.ceil(wanted * sorted.length) - 1)] ?? NaN;
}

/** A sentence is rejected when its score is above the threshold. */
export function countAccepted(scores: Float32Array, threshold: number): number {
  let accepted = 0;
  for (const score of scores) if (score <= threshold) accepted++;
  return accepted;
}

function share<T>(values: ArrayLike<T>, holds: (value: T, row: number) => boolean): number {
  let found = 0;
  for (let row = 0; row < values.length; row++) if (holds(values[row] as T, row)) found++;
  return found / values.length;
}
