import { init, metrics, type Calibration, type Head, type ScorerName } from "oodgate";
import { confidence, softmax, type Confidence } from "./confidence";
import type { Dataset } from "./data";
import type { OwnVerdict } from "./own-answer";
import { painted } from "../../shared/state/turns";
import { verdicts, type Verdicts, type Watcher } from "./verdicts";

/** What the head answers for every test sentence, at the calibrated temperature: in-scope rows first, then out-of-scope rows. */
export interface Answers {
  readonly classIndex: Int32Array;
  readonly probability: Float32Array;
}

/** How unfamiliar each sentence looks to one scorer. Higher = more unfamiliar. */
export interface Scores {
  readonly test: Float32Array;
  readonly oos: Float32Array;
  /** Of the in-scope rows, then of the out-of-scope rows: how common such a score is among sentences that the head knows. */
  readonly pValue: Float32Array;
  readonly auroc: number;
  readonly fpr95: number;
}

/** The probabilities of the in-scope test sentences at temperature 1, and at the calibrated one. */
export interface Reliability {
  readonly temperature: number;
  readonly before: Confidence;
  readonly after: Confidence;
}

/** All that the page says of a head, for one scorer and one promise. What the choice does not change is the same object again. */
export interface Judgement {
  readonly calibration: Calibration;
  readonly answers: Answers;
  readonly scores: Scores;
  readonly reliability: Reliability;
}

/** One head, calibrated with the validation sentences and tried on the test sentences. */
export class Judge {
  readonly #head: Head;
  readonly #data: Dataset;
  readonly #scores = new Map<ScorerName, Scores>();
  #before: Confidence | undefined;
  #constant: Pick<Judgement, "answers" | "reliability"> | undefined;

  constructor(head: Head, data: Dataset) {
    this.#head = head;
    this.#data = data;
  }

  /**
   * Only one call at a time: the head has one calibration, and what is asked of it goes by the latest. `onShare` hears how much is
   * done. Undefined when it was no longer wanted.
   */
  async judge(scorer: ScorerName, alpha: number, wanted: () => boolean, onShare: (share: number) => void): Promise<Judgement | undefined> {
    const { val, test, oos } = this.#data;
    const known = this.#scores.get(scorer);
    if (known === undefined) {
      onShare(0);
      // The first use of a scorer looks at all training sentences, which may take a moment: the page says first what it waits for.
      await painted();
      if (!wanted()) return undefined;
    }
    // The head's Worker has its own engine; the metrics are computed here.
    await init();
    this.#before ??= confidence(softmax(await this.#head.logits(test.features), this.#head.classes.length), test.labels);
    const calibration = await this.#head.calibrate(val.features, val.labels, { alpha, scorer });
    if (known !== undefined && this.#constant !== undefined) return { calibration, scores: known, ...this.#constant };

    let done = 0;
    const watcher: Watcher = { wanted, onRows: (rows) => onShare((done += rows) / (test.rows + oos.rows)) };
    const inScope = await verdicts(this.#head, test, watcher);
    const outOfScope = inScope && (await verdicts(this.#head, oos, watcher));
    if (inScope === undefined || outOfScope === undefined) return undefined;
    const scores = scored(inScope, outOfScope);
    this.#scores.set(scorer, scores);
    this.#constant ??= { answers: answers(inScope, outOfScope), reliability: this.#reliability(this.#before, inScope, calibration) };
    return { calibration, scores, ...this.#constant };
  }

  /** Of sentences, by the calibration that was made last. */
  async ask(features: Float32Array): Promise<readonly OwnVerdict[]> {
    return [...(await this.#head.gate(features))].map(({ label, ...verdict }) => ({ intent: label, ...verdict }));
  }

  dispose(): void {
    this.#head.dispose();
  }

  #reliability(before: Confidence, known: Verdicts, { temperature }: Calibration): Reliability {
    return { temperature, before, after: confidence(known, this.#data.test.labels) };
  }
}

function scored(known: Verdicts, unknown: Verdicts): Scores {
  return {
    test: known.score,
    oos: unknown.score,
    pValue: joined(known.pValue, unknown.pValue),
    auroc: metrics.auroc(known.score, unknown.score),
    fpr95: metrics.fprAtTpr(known.score, unknown.score),
  };
}

function answers(known: Verdicts, unknown: Verdicts): Answers {
  const classIndex = new Int32Array(known.classIndex.length + unknown.classIndex.length);
  classIndex.set(known.classIndex);
  classIndex.set(unknown.classIndex, known.classIndex.length);
  return { classIndex, probability: joined(known.probability, unknown.probability) };
}

function joined(first: Float32Array, second: Float32Array): Float32Array {
  const all = new Float32Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

/** A sentence is rejected when its score is above the threshold. */
export function countAccepted(scores: Float32Array, threshold: number): number {
  let accepted = 0;
  for (const score of scores) if (score <= threshold) accepted++;
  return accepted;
}

const medians = new WeakMap<Float32Array, number>();

export function median(scores: Float32Array): number {
  let found = medians.get(scores);
  if (found === undefined) {
    found = scores.slice().sort()[Math.floor(scores.length / 2)] ?? NaN;
    medians.set(scores, found);
  }
  return found;
}
