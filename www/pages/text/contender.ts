import { create, setText } from "../../shared/ui/dom";
import * as format from "../../shared/ui/format";
import { NormChart } from "./norm-chart";
import type { Norms } from "./norms";
import { ScorePlot } from "./score-plot";
import { median, type Judgement } from "./scores";

/** The figures under a head's histogram; the keys end the elements' ids. */
const figures = {
  accuracy: "Accuracy",
  auroc: "AUROC",
  fpr95: "FPR95",
  "ece-before": "ECE, temperature 1",
  "ece-after": "ECE, calibrated",
} as const;
type Figure = keyof typeof figures;

/** One of the two heads: its logits while it trains, then its scores and figures. */
export class Contender {
  readonly element: HTMLElement;
  readonly #name: string;
  readonly #norms: NormChart;
  readonly #scores: ScorePlot;
  readonly #scorePlace = create("div", { class: "chart score-chart", role: "img" });
  readonly #scorerName = create("span");
  readonly #inScope = create("output", { class: "in-scope", "aria-live": "off" }, "–");
  readonly #outOfScope = create("output", { class: "out-of-scope", "aria-live": "off" }, "–");
  readonly #figures: Readonly<Record<Figure, HTMLElement>>;

  /** The place has to be in the document: the charts measure it. */
  constructor(place: HTMLElement, id: string, name: string) {
    this.#name = name;
    const value = (figure: Figure): HTMLElement => create("dd", { id: `${id}-${figure}` }, "–");
    this.#figures = { accuracy: value("accuracy"), auroc: value("auroc"), fpr95: value("fpr95"), "ece-before": value("ece-before"), "ece-after": value("ece-after") };
    const normPlace = create("div", { class: "chart norm-chart", role: "img" });
    const rows = (Object.keys(figures) as Figure[]).map((figure) => create("div", {}, create("dt", {}, figures[figure]), this.#figures[figure]));
    this.element = create(
      "article",
      { class: "contender", id, "aria-labelledby": `${id}-name` },
      create("h3", { id: `${id}-name` }, name),
      create(
        "figure",
        {},
        create("figcaption", {}, create("span", {}, "Mean length of the logits"), create("span", { class: "now" }, this.#inScope, " in scope ", this.#outOfScope, " out of scope")),
        normPlace,
      ),
      create(
        "figure",
        { class: "scores" },
        create("figcaption", {}, this.#scorerName),
        create("p", { class: "placeholder" }, "The scores appear here when both heads are trained."),
        this.#scorePlace,
        create("p", { class: "axis-ends", "aria-hidden": "true" }, create("span", {}, "familiar"), create("span", {}, "score"), create("span", {}, "unfamiliar")),
      ),
      create("dl", { class: "contender-figures" }, ...rows),
    );
    place.append(this.element);
    this.#norms = new NormChart(normPlace, name);
    this.#scores = new ScorePlot(this.#scorePlace);
    this.clear();
  }

  /** Back to what stands there before a training. */
  clear(): void {
    for (const element of Object.values(this.#figures)) setText(element, "–");
    setText(this.#scorerName, "Scores of the test sentences");
    this.#scorePlace.setAttribute("aria-label", `${this.#name}: score histograms. Nothing trained yet.`);
  }

  showNorms(norms: readonly Norms[], total: number, top: number): void {
    this.#norms.show(norms, total, top);
    const last = norms.at(-1);
    setText(this.#inScope, last === undefined ? "–" : format.length(last.inScope));
    setText(this.#outOfScope, last === undefined ? "–" : format.length(last.outOfScope));
  }

  showJudgement({ scores, reliability }: Judgement, scorerName: string): void {
    const { test, oos, auroc, fpr95 } = scores;
    const bins = this.#scores.setScores(test, oos);
    const score = format.scoreFormat(bins.to - bins.from);
    setText(this.#scorerName, `Scores by ${scorerName}`);
    this.#scorePlace.setAttribute(
      "aria-label",
      `${this.#name}: histograms of the scores by ${scorerName}, from ${score(bins.from)}, familiar, to ${score(bins.to)}, unfamiliar. ` +
        `Half of the in-scope scores lie below ${score(median(test))}, half of the out-of-scope scores below ${score(median(oos))}.`,
    );
    const values: Record<Figure, number> = { accuracy: reliability.before.accuracy, auroc, fpr95, "ece-before": reliability.before.ece, "ece-after": reliability.after.ece };
    for (const [figure, element] of Object.entries(this.#figures)) setText(element, format.percent(values[figure as Figure]));
  }
}
