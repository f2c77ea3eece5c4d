import { metrics } from "oodgate";

/** Bins of the histograms and of the reliability diagram. */
export const BINS = 15;

/** What a network says to the known and the unknown pictures. */
export interface Answers {
  readonly classes: number;
  /** [rows, classes] */
  readonly known: Float32Array;
  readonly labels: Int32Array;
  readonly unknown: Float32Array;
  /** Fitted to other known pictures. */
  readonly temperature: number;
}

/** The pictures whose probability lies between two edges. */
export interface Bin {
  readonly share: number;
  /** Mean probability, and share that is right; NaN where there is none. */
  readonly confidence: number;
  readonly accuracy: number;
}

export interface Judged {
  readonly accuracy: number;
  readonly auroc: number;
  readonly fpr95: number;
  readonly ece: number;
  /** Mean probability of the class that is named. */
  readonly confidence: { readonly known: number; readonly unknown: number };
  /** Share of the unknown pictures in each bin of probability. */
  readonly unknownBins: readonly number[];
  readonly bins: readonly Bin[];
}

export interface Named {
  /** [rows, classes] */
  readonly probabilities: Float32Array;
  /** Of the class that is named, and its index. */
  readonly probability: Float32Array;
  readonly index: Int32Array;
}

/** Softmax of each row. No new array a row: thousands of rows are to fit into a frame. */
export function named(logits: Float32Array, classes: number, temperature: number): Named {
  const rows = logits.length / classes;
  const probabilities = new Float32Array(logits.length);
  const probability = new Float32Array(rows);
  const index = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const begin = row * classes;
    let best = begin;
    for (let at = begin + 1; at < begin + classes; at++)
      if ((logits[at] ?? 0) > (logits[best] ?? 0)) best = at;
    const largest = logits[best] ?? 0;
    let sum = 0;
    for (let at = begin; at < begin + classes; at++) {
      const share = Math.exp(((logits[at] ?? 0) - largest) / temperature);
      probabilities[at] = share;
      sum += share;
    }
    for (let at = begin; at < begin + classes; at++)
      probabilities[at] = (probabilities[at] ?? 0) / sum;
    probability[row] = 1 / sum;
    index[row] = best - begin;
  }
  return { probabilities, probability, index };
}

const mean = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / values.length;
const binOf = (probability: number): number =>
  Math.min(BINS - 1, Math.max(0, Math.ceil(probability * BINS) - 1));

/**
 * Probabilities are taken at this temperature. The score by which known and unknown are told apart
 * is that of plain softmax, as the package's and the paper's MSP: temperature changes the order.
 */
export function judge(answers: Answers, temperature: number): Judged {
  const { classes, labels } = answers;
  const known = named(answers.known, classes, temperature);
  const unknown = named(answers.unknown, classes, temperature);
  const scores = named(answers.known, classes, 1).probability.map((p) => -p);
  const others = named(answers.unknown, classes, 1).probability.map((p) => -p);
  const bins = binned(known, labels);
  const unknownBins = new Array<number>(BINS).fill(0);
  for (const p of unknown.probability)
    unknownBins[binOf(p)] = (unknownBins[binOf(p)] ?? 0) + 1 / unknown.probability.length;
  return {
    accuracy: bins.reduce((sum, bin) => sum + (bin.share > 0 ? bin.share * bin.accuracy : 0), 0),
    auroc: metrics.auroc(scores, others),
    fpr95: metrics.fprAtTpr(scores, others),
    ece: metrics.ece(known.probabilities, labels, BINS),
    confidence: { known: mean(known.probability), unknown: mean(unknown.probability) },
    unknownBins,
    bins,
  };
}

function binned({ probability, index }: Named, labels: Int32Array): Bin[] {
  const sums = Array.from({ length: BINS }, () => ({ rows: 0, sure: 0, right: 0 }));
  probability.forEach((p, row) => {
    const bin = sums[binOf(p)];
    if (bin === undefined) return;
    bin.rows += 1;
    bin.sure += p;
    if (index[row] === labels[row]) bin.right += 1;
  });
  return sums.map(({ rows, sure, right }) => ({
    share: rows / labels.length,
    confidence: sure / rows,
    accuracy: right / rows,
  }));
}

/** Mean Euclidean length of the rows of logits. */
export function meanLength(logits: Float32Array, classes: number): number {
  let sum = 0;
  for (let begin = 0; begin < logits.length; begin += classes) {
    let square = 0;
    for (let at = begin; at < begin + classes; at++) square += (logits[at] ?? 0) ** 2;
    sum += Math.sqrt(square);
  }
  return (sum * classes) / logits.length;
}
