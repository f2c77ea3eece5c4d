import type { Calibration } from "oodgate";
import { announce } from "../../shared/ui/announce";
import type { Dataset } from "./data";
import { byId, isUsable, oncePerFrame, setText, setUsable } from "../../shared/ui/dom";
import { clearError, showError } from "../../shared/ui/errors";
import * as format from "../../shared/ui/format";
import { Histogram } from "./histogram";
import { untilLatest } from "../../shared/state/latest";
import type { OwnVerdict } from "./own-answer";
import { ScorerPicker } from "./picker";
import { showReadouts } from "./readouts";
import { scorerTexts, suits } from "./scorers";
import {
  countAccepted,
  Judge,
  median,
  type Judgement,
  type Reliability,
  type Scores,
} from "./scores";
import type { Sentences } from "./sentences";
import { defaults } from "./settings";
import type { Store } from "./store";
import type { Shown } from "./train";
import { say } from "./say";

export interface GateHooks {
  /** Another head is on show, or it was calibrated anew. */
  onHead(shown: Shown): void;
  /** A sentence's score or verdict may have changed. */
  onVerdicts(threshold: number, score: format.ScoreFormat): void;
  /** Another head was calibrated. */
  onReliability(reliability: Reliability): void;
}

/** The part of the page that calibrates, shows scores, moves the threshold, and says what the gate would do. */
export class Gate {
  readonly #data: Dataset;
  readonly #store: Store;
  readonly #sentences: Sentences;
  readonly #hooks: GateHooks;
  readonly #histogram: Histogram;
  readonly #show = oncePerFrame(() => this.#showThreshold());
  readonly #picker: ScorerPicker;
  /** A slider on the move does not queue up calibrations. */
  readonly #score = untilLatest(byId("gate-section"), () => this.#scoreOnce());
  #judged: { readonly judge: Judge; readonly of: Shown } | undefined;
  #shown: Judgement | undefined;
  #threshold = NaN;
  /** The head on show could not be scored. */
  #hasFailed = false;
  #format = format.scoreFormat(1);

  constructor(data: Dataset, store: Store, sentences: Sentences, hooks: GateHooks) {
    this.#data = data;
    this.#store = store;
    this.#sentences = sentences;
    this.#hooks = hooks;
    this.#histogram = new Histogram((threshold) => {
      this.#threshold = threshold;
      this.#show();
    });
    this.#histogram.slider.describe = (threshold) => {
      const { kept, rejected } = this.#shares(threshold);
      return say(
        ": {0} of in-scope sentences accepted, {1} of out-of-scope sentences rejected",
        format.percent(kept),
        format.percent(rejected),
      );
    };
    this.#picker = new ScorerPicker("scorer", "scorer-hint", (scorer) => {
      setText(byId("scorer-note"), "");
      store.set({ scorer });
    });
    byId("reset-threshold").addEventListener("click", (event) => {
      if (this.#shown !== undefined && isUsable(event.currentTarget as HTMLElement))
        this.#moveTo(this.#shown.calibration.threshold);
    });
    store.onChange((_, changed) => {
      if (changed.has("scorer") || changed.has("head")) this.#showScorer();
      if (changed.has("scorer") || changed.has("alpha")) void this.#score();
    });
    this.#showScorer();
  }

  /** Takes over a trained head. False when it could not be scored, which is then said beside the scores. */
  async judge(of: Shown): Promise<boolean> {
    this.#judged?.judge.dispose();
    this.#judged = { judge: new Judge(of.head, this.#data), of };
    setText(byId("scorer-note"), "");
    this.#hooks.onHead(of);
    this.#showScorer();
    await this.#score();
    return !this.#hasFailed;
  }

  /** What the head on show says of sentences that are none of the page's. */
  async ask(features: Float32Array): Promise<readonly OwnVerdict[] | undefined> {
    if (this.#shown === undefined) return undefined;
    return this.#judged?.judge.ask(features);
  }

  #showScorer(): void {
    const { scorer, head } = this.#store.get();
    this.#picker.show(scorer, this.#judged?.of.settings.head ?? head);
  }

  /** False when something else was chosen in the meantime. */
  async #scoreOnce(): Promise<boolean> {
    const judged = this.#judged;
    if (judged === undefined) return true;
    const { scorer, alpha } = this.#store.get();
    if (!suits(scorer, judged.of.settings.head)) {
      setText(
        byId("scorer-note"),
        say(
          "This head has no hidden layer, which {0} needs: scored by {1} instead.",
          scorerTexts[scorer].name,
          scorerTexts[defaults.scorer].name,
        ),
      );
      this.#store.set({ scorer: defaults.scorer });
      return false;
    }
    const isShown = (): boolean => judged === this.#judged && scorer === this.#store.get().scorer;
    const isLatest = (): boolean => isShown() && alpha === this.#store.get().alpha;
    this.#hasFailed = false;
    try {
      const judgement = await judged.judge.judge(scorer, alpha, isShown, (share) =>
        this.#showProgress(share),
      );
      if (judgement !== undefined && isShown()) {
        this.#showJudgement(judgement);
        this.#hooks.onHead(judged.of);
      }
    } catch (error) {
      if (isLatest()) {
        this.#hasFailed = true;
        showError(byId("score-error"), error, {
          label: say("Try again"),
          run: () => void this.#score(),
        });
      }
    } finally {
      setText(byId("score-status"), "");
    }
    return isLatest();
  }

  #showProgress(share: number): void {
    byId<HTMLProgressElement>("score-progress").value = share;
    setText(
      byId("score-status"),
      say(
        "Scoring {0} sentences by {1} …",
        format.count(this.#sentences.rows),
        scorerTexts[this.#store.get().scorer].name,
      ),
    );
  }

  #showJudgement(judgement: Judgement): void {
    const { calibration, answers, scores, reliability } = judgement;
    const before = this.#shown;
    this.#shown = judgement;
    clearError(byId("score-error"));
    if (answers !== before?.answers) this.#sentences.setAnswers(answers);
    if (reliability !== before?.reliability) {
      this.#hooks.onReliability(reliability);
      setText(byId("accuracy"), format.percent(reliability.before.accuracy));
    }
    if (scores !== before?.scores) this.#showScores(scores);
    this.#threshold = calibration.threshold;
    this.#format = this.#histogram.setScores(scores.test, scores.oos, calibration.threshold);
    byId("gate-section").dataset["state"] = "ready";
    this.#showThreshold();
    if (scores === before?.scores) {
      const { rejectedKnown, rejected } = this.#shares(calibration.threshold);
      const shares = [calibration.alpha, rejectedKnown, rejected].map(format.percent);
      announce(
        say(
          "Calibrated to reject at most {0}: {1} of in-scope and {2} of out-of-scope sentences rejected.",
          ...shares,
        ),
      );
    }
  }

  #showScores({ test, oos, pValue, auroc, fpr95 }: Scores): void {
    this.#sentences.setScores(test, oos, pValue);
    setText(byId("auroc"), format.percent(auroc));
    setText(byId("fpr95"), format.percent(fpr95));
    announce(
      say(
        "Scored by {0}: AUROC {1}, FPR95 {2}.",
        scorerTexts[this.#store.get().scorer].name,
        format.percent(auroc),
        format.percent(fpr95),
      ),
    );
  }

  #moveTo(threshold: number): void {
    this.#threshold = threshold;
    this.#histogram.slider.set(threshold);
    this.#showThreshold();
  }

  #shares(threshold: number): {
    accepted: number;
    letThrough: number;
    kept: number;
    rejectedKnown: number;
    rejected: number;
  } {
    const { test, oos } = this.#shown?.scores ?? {
      test: new Float32Array(),
      oos: new Float32Array(),
    };
    const accepted = countAccepted(test, threshold);
    const letThrough = countAccepted(oos, threshold);
    const kept = accepted / test.length;
    return {
      accepted,
      letThrough,
      kept,
      rejectedKnown: 1 - kept,
      rejected: 1 - letThrough / oos.length,
    };
  }

  #showThreshold(): void {
    const shown = this.#shown;
    if (shown === undefined) return;
    const { test, oos } = this.#data;
    const { accepted, letThrough, kept, rejected } = this.#shares(this.#threshold);
    const calibrated = this.#threshold === shown.calibration.threshold;
    showReadouts({
      calibration: calibrated ? shown.calibration : undefined,
      inScope: { rows: test.rows, rejected: test.rows - accepted },
      outOfScope: { rows: oos.rows, rejected: oos.rows - letThrough },
    });
    setText(
      byId("gate-sentence"),
      say(
        "With this threshold the head answers {0} of the sentences about what it was taught, and turns away {1} of those about anything else.",
        format.percent(kept),
        format.percent(rejected),
      ),
    );
    setUsable(byId("reset-threshold"), !calibrated);
    setText(byId("histogram-summary"), this.#summary(shown.calibration, shown.scores, calibrated));
    this.#hooks.onVerdicts(this.#threshold, this.#format);
  }

  #summary(
    { threshold, alpha, rows }: Calibration,
    { test, oos }: Scores,
    calibrated: boolean,
  ): string {
    const rule = say(
      "at most {0} of {1} in-scope validation sentences, kept apart for this, score higher",
      format.percent(alpha),
      format.count(rows),
    );
    const where = calibrated
      ? say("The threshold is the calibrated one, {0}: {1}.", this.#format(threshold), rule)
      : say(
          "The threshold, {0}, was moved by hand. Calibrated, it would be {1}: {2}.",
          this.#format(this.#threshold),
          this.#format(threshold),
          rule,
        );
    return say(
      "{0} Half of the in-scope scores lie below {1}, half of the out-of-scope scores below {2}.",
      where,
      this.#format(median(test)),
      this.#format(median(oos)),
    );
  }
}
