import { announce } from "./announce";
import type { Dataset } from "./data";
import { byId, create, isUsable, oncePerFrame, setText, setUsable } from "./dom";
import { clearError, showError } from "./errors";
import * as format from "./format";
import { Histogram } from "./histogram";
import { scorerTexts } from "./scorers";
import { countAccepted, Judge, type Scores } from "./scores";
import type { Sentences } from "./sentences";
import { scorerNames, type PageScorer } from "./settings";
import type { Store } from "./store";
import type { Run } from "./train";

/** The part of the page that shows scores, moves the threshold, and says what the gate would do. */
export class Gate {
  readonly #data: Dataset;
  readonly #store: Store;
  readonly #sentences: Sentences;
  readonly #onVerdicts: (threshold: number, score: format.ScoreFormat) => void;
  readonly #histogram: Histogram;
  readonly #show = oncePerFrame(() => this.#showThreshold());
  #judge: Judge | undefined;
  #scores: Scores | undefined;
  #threshold = NaN;
  #format = format.scoreFormat(1);

  /** `onVerdicts` is called when a sentence's score or verdict may have changed. */
  constructor(data: Dataset, store: Store, sentences: Sentences, onVerdicts: (threshold: number, score: format.ScoreFormat) => void) {
    this.#data = data;
    this.#store = store;
    this.#sentences = sentences;
    this.#onVerdicts = onVerdicts;
    this.#histogram = new Histogram((threshold) => {
      this.#threshold = threshold;
      this.#show();
    });
    this.#histogram.slider.describe = (threshold) => {
      const { kept, rejected } = this.#shares(threshold);
      return `: ${format.percent(kept)} of in-scope sentences accepted, ${format.percent(rejected)} of out-of-scope sentences rejected`;
    };
    const picker = byId<HTMLSelectElement>("scorer");
    const order = (Object.keys(scorerTexts) as PageScorer[]).filter((name) => scorerNames.includes(name));
    picker.append(...order.map((name) => create("option", { value: name }, scorerTexts[name].name)));
    picker.addEventListener("change", () => this.#store.set({ scorer: picker.value as PageScorer }));
    byId("reset-threshold").addEventListener("click", (event) => {
      if (this.#scores !== undefined && isUsable(event.currentTarget as HTMLElement)) this.#moveTo(this.#scores.keeps95);
    });
    store.onChange((_, changed) => {
      if (!changed.has("scorer")) return;
      this.#showScorer();
      void this.#score();
    });
    this.#showScorer();
  }

  /** Takes over a newly trained head. */
  async judge(run: Run): Promise<void> {
    this.#judge?.dispose();
    this.#judge = new Judge(run.head, this.#data);
    await this.#score();
  }

  #showScorer(): void {
    const { scorer } = this.#store.get();
    byId<HTMLSelectElement>("scorer").value = scorer;
    setText(byId("scorer-hint"), scorerTexts[scorer].about);
  }

  async #score(): Promise<void> {
    const judge = this.#judge;
    if (judge === undefined) return;
    const { scorer } = this.#store.get();
    const section = byId("gate-section");
    section.setAttribute("aria-busy", "true");
    // Another scorer or another head may be wanted by the time this one is done.
    const wanted = (): boolean => judge === this.#judge && scorer === this.#store.get().scorer;
    try {
      const answers = await judge.answers();
      const scores = await judge.scores(scorer);
      if (!wanted()) return;
      clearError(byId("score-error"));
      this.#scores = scores;
      this.#sentences.setAnswers(answers);
      this.#sentences.setScores(scores.test, scores.oos);
      setText(byId("auroc"), format.percent(scores.auroc));
      setText(byId("fpr95"), format.percent(scores.fpr95));
      setText(byId("accuracy"), format.percent(answers.accuracy));
      this.#threshold = scores.keeps95;
      this.#format = this.#histogram.setScores(scores.test, scores.oos, scores.keeps95);
      section.dataset["state"] = "ready";
      setUsable(byId("reset-threshold"), true);
      this.#showThreshold();
      announce(`Scored by ${scorerTexts[scorer].name}: AUROC ${format.percent(scores.auroc)}, FPR95 ${format.percent(scores.fpr95)}.`);
    } catch (error) {
      if (wanted()) showError(byId("score-error"), error, { label: "Try again", run: () => void this.#score() });
    } finally {
      if (wanted()) section.removeAttribute("aria-busy");
    }
  }

  #moveTo(threshold: number): void {
    this.#threshold = threshold;
    this.#histogram.slider.set(threshold);
    this.#showThreshold();
  }

  #shares(threshold: number): { accepted: number; letThrough: number; kept: number; rejected: number } {
    const { test, oos } = this.#scores ?? { test: new Float32Array(), oos: new Float32Array() };
    const accepted = countAccepted(test, threshold);
    const letThrough = countAccepted(oos, threshold);
    return { accepted, letThrough, kept: accepted / test.length, rejected: 1 - letThrough / oos.length };
  }

  #showThreshold(): void {
    const { test, oos } = this.#data;
    const { accepted, letThrough, kept, rejected } = this.#shares(this.#threshold);
    setText(byId("kept"), format.percent(kept));
    setText(byId("kept-count"), `${format.count(accepted)} of ${format.count(test.rows)}`);
    setText(byId("rejected"), format.percent(rejected));
    setText(byId("rejected-count"), `${format.count(oos.rows - letThrough)} of ${format.count(oos.rows)}`);
    setText(
      byId("gate-sentence"),
      `With this threshold the head answers ${format.percent(kept)} of the sentences about what it was taught, and turns away ${format.percent(rejected)} of those about anything else.`,
    );
    const own = this.#threshold === this.#scores?.keeps95;
    setUsable(byId("reset-threshold"), !own);
    setText(byId("histogram-summary"), this.#summary(own));
    this.#onVerdicts(this.#threshold, this.#format);
  }

  #summary(own: boolean): string {
    const scores = this.#scores;
    if (scores === undefined) return "";
    const rule = `accepts 95\u00a0% of ${format.count(this.#data.val.rows)} in-scope validation sentences, kept apart for this`;
    const where = own ? `${this.#format(this.#threshold)}, which ${rule}` : `${this.#format(this.#threshold)} (the default, ${this.#format(scores.keeps95)}, ${rule})`;
    return `The threshold is ${where}. Half of the in-scope scores lie below ${this.#format(median(scores.test))}, half of the out-of-scope scores below ${this.#format(median(scores.oos))}.`;
  }
}

const medians = new WeakMap<Float32Array, number>();

function median(scores: Float32Array): number {
  let found = medians.get(scores);
  if (found === undefined) {
    found = scores.slice().sort()[Math.floor(scores.length / 2)] ?? NaN;
    medians.set(scores, found);
  }
  return found;
}
