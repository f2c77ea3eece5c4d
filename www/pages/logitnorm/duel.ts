import { createHead, init, type Evaluation, type Head, type ScorerName } from "oodgate";
import { nextTurn } from "../../shared/state/turns";
import { meanLength, type Answers } from "./judged";
import {
  batches,
  COMPARED,
  headOptions,
  learningRate,
  PIXELS,
  some,
  UPDATES_AN_EPOCH,
  type Architecture,
  type Experiment,
  type Loss,
  type PictureSet,
  type Rows,
} from "./recipe.mjs";

export const losses = ["crossEntropy", "logitNorm"] as const satisfies readonly Loss[];
export type Both<T> = Readonly<Record<Loss, T>>;

/** The rows of the table, "auto" last: it takes longest. */
export const tableScorers = [
  "msp",
  "odin",
  "energy",
  "gradNorm",
  "auto",
] as const satisfies readonly ScorerName[];
export type TableScorer = (typeof tableScorers)[number];

/** Where both networks stand after so many epochs. */
export interface Moment {
  readonly epoch: number;
  /** Mean training loss since the moment before; none before the first step. */
  readonly loss: Both<number | null>;
  readonly lengths: Both<{ readonly known: number; readonly unknown: number }>;
}

export interface DuelOptions {
  readonly data: Experiment;
  readonly architecture: Architecture;
  readonly tau: number;
  readonly epochs: number;
  readonly signal: AbortSignal;
  onMoment(moment: Moment, answers: Both<Answers>): void;
}

const LOOKS_AN_EPOCH = 2;
/** Pictures that are looked at while training: enough for a mean, too few to slow it down. */
const GLANCE = 600;

/** What one network says to a drawing. */
export interface Said {
  readonly logits: Float32Array;
  /** Once it is trained to the end. */
  readonly gate?: { readonly accepted: boolean; readonly pValue: number };
}

const both = async <T>(of: (loss: Loss) => Promise<T>): Promise<Both<T>> => {
  const [crossEntropy, logitNorm] = await Promise.all([of("crossEntropy"), of("logitNorm")]);
  return { crossEntropy, logitNorm };
};

/** What the networks are asked about, and what they are calibrated on. */
type TestRows = Readonly<Record<"known" | "unknown" | "val", Rows>>;

/** Rows that are unpacked in one turn of the page. */
const TURN = 400;

/** All rows of a set, without holding the page up. */
async function gathered(set: PictureSet): Promise<Rows> {
  const features = new Float32Array(set.rows * PIXELS);
  for (let row = 0; row < set.rows; row++) {
    if (row % TURN === 0) await nextTurn();
    set.write(row, features, row * PIXELS);
  }
  return { features, labels: set.labels };
}

/** Two networks that differ in their loss alone, each in a Worker of its own. */
export class Duel {
  readonly #heads: Both<Head>;
  readonly #data: Experiment;
  readonly #rows: TestRows;
  readonly #glance: TestRows;
  #isTrained = false;

  private constructor(heads: Both<Head>, data: Experiment, rows: TestRows) {
    this.#heads = heads;
    this.#data = data;
    this.#rows = rows;
    this.#glance = {
      known: some(data.test, GLANCE),
      unknown: some(data.unknown, GLANCE),
      val: some(data.val, GLANCE),
    };
  }

  static async begin({ data, architecture, tau }: DuelOptions): Promise<Duel> {
    // The figures of the page are computed in its own thread.
    await init();
    const made = await Promise.allSettled(
      losses.map((loss) => {
        const classes = data.classes.length;
        return createHead({
          ...headOptions({ classes, architecture, loss, tau, seed: 0 }),
          worker: true,
        });
      }),
    );
    const heads = made.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const [crossEntropy, logitNorm] = heads;
    if (crossEntropy === undefined || logitNorm === undefined) {
      for (const head of heads) head.dispose();
      throw made.find((one) => one.status === "rejected")?.reason;
    }
    const known = await gathered(data.test);
    const unknown = await gathered(data.unknown);
    const rows = { known, unknown, val: await gathered(data.val) };
    return new Duel({ crossEntropy, logitNorm }, data, rows);
  }

  /** Trains to the end, or until the signal says stop: how many epochs it made. */
  async train(options: DuelOptions): Promise<number> {
    const { signal, epochs } = options;
    const batch = batches(this.#data.train, 0);
    const steps = epochs * UPDATES_AN_EPOCH;
    const look = UPDATES_AN_EPOCH / LOOKS_AN_EPOCH;
    let sums: Record<Loss, number> | undefined;
    let since = 0;
    const show = async (step: number): Promise<void> => {
      const loss = {
        crossEntropy: sums === undefined ? null : sums.crossEntropy / since,
        logitNorm: sums === undefined ? null : sums.logitNorm / since,
      };
      const isLast = step === steps || signal.aborted;
      const answers = await this.#answers(isLast);
      options.onMoment(
        { epoch: step / UPDATES_AN_EPOCH, loss, lengths: lengthsOf(answers) },
        answers,
      );
      sums = { crossEntropy: 0, logitNorm: 0 };
      since = 0;
    };
    await show(0);
    let step = 0;
    while (step < steps && !signal.aborted) {
      const { features, labels } = batch(step);
      const rate = { learningRate: learningRate(step, steps) };
      const made = await both((loss) => this.#heads[loss].trainStep(features, labels, rate));
      for (const loss of losses) if (sums !== undefined) sums[loss] += made[loss].loss;
      since += 1;
      step += 1;
      if (step % look === 0 || step === steps) await show(step);
    }
    if (step < steps && since > 0) await show(step);
    const compared = some(this.#data.train, COMPARED);
    await both((loss) => this.#heads[loss].fitScorers(compared.features, compared.labels));
    await both((loss) => this.#calibrate(loss, this.#rows.val));
    this.#isTrained = true;
    return step / UPDATES_AN_EPOCH;
  }

  /** Known against unknown pictures by one scorer. */
  async evaluate(scorer: TableScorer): Promise<Both<Evaluation>> {
    return both((loss) =>
      this.#heads[loss].evaluate(this.#rows.known, this.#rows.unknown, { scorer }),
    );
  }

  ask(pixels: Float32Array): Promise<Both<Said>> {
    return both(async (loss) => {
      const head = this.#heads[loss];
      const logits = await head.logits(pixels);
      if (!this.#isTrained) return { logits };
      const { accepted, pValue } = await head.gate(pixels);
      return { logits, gate: { accepted: accepted[0] === 1, pValue: pValue[0] ?? 1 } };
    });
  }

  dispose(): void {
    for (const loss of losses) this.#heads[loss].dispose();
  }

  #calibrate(loss: Loss, { features, labels }: Rows) {
    return this.#heads[loss].calibrate(features, labels, { scorer: "msp", alpha: 0.05 });
  }

  async #answers(isLast: boolean): Promise<Both<Answers>> {
    const rows = isLast ? this.#rows : this.#glance;
    const answers = await both(async (loss) => {
      const head = this.#heads[loss];
      const { temperature } = await this.#calibrate(loss, rows.val);
      const known = await head.logits(rows.known.features);
      const unknown = await head.logits(rows.unknown.features);
      const { labels } = rows.known;
      return { classes: this.#data.classes.length, known, labels, unknown, temperature };
    });
    await nextTurn();
    return answers;
  }
}

function lengthsOf(answers: Both<Answers>): Moment["lengths"] {
  const of = ({ known, unknown, classes }: Answers) => ({
    known: meanLength(known, classes),
    unknown: meanLength(unknown, classes),
  });
  return { crossEntropy: of(answers.crossEntropy), logitNorm: of(answers.logitNorm) };
}
