import { metrics, type Prediction } from "oodgate";

/** Bins of the reliability diagram and of its calibration error: equally wide, each without its left edge and with its right. */
const BINS = 15;

/** The rows whose probability lies between two edges. */
export interface ConfidenceBin {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** Mean probability of these rows; NaN when there is none. */
  readonly confidence: number;
  /** Share of these rows that are right; NaN when there is none. */
  readonly accuracy: number;
}

/** How the probabilities of a head's answers compare with how often they are right. */
export interface Confidence {
  readonly bins: readonly ConfidenceBin[];
  /** Expected calibration error: mean distance of confidence and accuracy over the bins, each weighing its rows. */
  readonly ece: number;
  /** Over all rows. */
  readonly confidence: number;
  readonly accuracy: number;
}

export function confidence(prediction: Pick<Prediction, "classIndex" | "probability" | "probabilities">, labels: Int32Array): Confidence {
  const rows = new Array<number>(BINS).fill(0);
  const sure = new Array<number>(BINS).fill(0);
  const right = new Array<number>(BINS).fill(0);
  for (const [row, probability] of prediction.probability.entries()) {
    const bin = Math.min(BINS - 1, Math.max(0, Math.ceil(probability * BINS) - 1));
    rows[bin] = (rows[bin] as number) + 1;
    sure[bin] = (sure[bin] as number) + probability;
    if (prediction.classIndex[row] === labels[row]) right[bin] = (right[bin] as number) + 1;
  }
  const bins = rows.map((n, bin) => ({
    from: bin / BINS,
    to: (bin + 1) / BINS,
    rows: n,
    confidence: (sure[bin] as number) / n,
    accuracy: (right[bin] as number) / n,
  }));
  const mean = (sums: readonly number[]): number => sums.reduce((a, b) => a + b, 0) / labels.length;
  return { bins, ece: metrics.ece(prediction.probabilities, labels, BINS), confidence: mean(sure), accuracy: mean(right) };
}

/** What a head answers at temperature 1, whatever it is calibrated to. */
export function softmax(logits: Float32Array, classes: number): Pick<Prediction, "classIndex" | "probability" | "probabilities"> {
  const rows = logits.length / classes;
  const classIndex = new Int32Array(rows);
  const probability = new Float32Array(rows);
  const probabilities = new Float32Array(logits.length);
  for (let row = 0; row < rows; row++) {
    const own = logits.subarray(row * classes, (row + 1) * classes);
    const largest = own.reduce((most, logit, index) => (logit > (own[most] as number) ? index : most), 0);
    const shares = own.map((logit) => Math.exp(logit - (own[largest] as number)));
    const sum = shares.reduce((a, b) => a + b, 0);
    probabilities.set(shares.map((share) => share / sum), row * classes);
    classIndex[row] = largest;
    probability[row] = 1 / sum;
  }
  return { classIndex, probability, probabilities };
}
