import type { Bins } from "./bins";
import { byId, fillTable } from "../../shared/ui/dom";
import * as format from "../../shared/ui/format";
import { ScorePlot } from "./score-plot";
import { ThresholdSlider } from "./threshold";

/**
 * The scores of both kinds of sentences with the threshold as one line through both; what lies to its right, and so is rejected,
 * is hatched.
 */
export class Histogram {
  readonly slider: ThresholdSlider;
  readonly #plot: ScorePlot;

  constructor(onThreshold: (threshold: number) => void) {
    this.slider = new ThresholdSlider(onThreshold);
    this.#plot = new ScorePlot(byId("histogram"), (plot) => this.slider.attach(plot.over));
  }

  /** Returns how scores are written on this axis. */
  setScores(inScope: Float32Array, outOfScope: Float32Array, threshold: number): format.ScoreFormat {
    const bins = this.#plot.setScores(inScope, outOfScope, threshold);
    const score = format.scoreFormat(bins.to - bins.from);
    this.#fillTable(bins, score);
    this.slider.setRange(bins.from, bins.to);
    this.slider.set(threshold);
    return score;
  }

  #fillTable(bins: Bins, score: format.ScoreFormat): void {
    fillTable(
      byId("bin-table"),
      bins.inScope.map((share, i) => [
        score(bins.edges[i] as number),
        score(bins.edges[i + 1] as number),
        format.percent(share),
        format.percent(bins.outOfScope[i] as number),
      ]),
    );
  }
}
