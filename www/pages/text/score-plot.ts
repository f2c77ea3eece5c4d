import uPlot from "uplot";
import { binScores, type Bins } from "./bins";
import { axis, Chart, type Theme } from "../../shared/charts/chart";
import { create } from "../../shared/ui/dom";
import * as format from "../../shared/ui/format";
import { say } from "./say";

const BINS = 64;
/** Room above the tallest bar of each row, for the row's name. */
const HEADROOM = 1.35;

/** Two histograms over one axis of scores, in-scope above and out-of-scope below, both with the same height per percent. */
export class ScorePlot {
  readonly #chart: Chart;
  readonly #names = {
    inScope: create("p", { class: "row-name in-scope" }, ""),
    outOfScope: create("p", { class: "row-name out-of-scope" }, ""),
  };
  #rowHeight = 1;
  #range: [number, number] = [0, 1];

  /** `onPlot` is called with each new plot, when the colours change. */
  constructor(place: HTMLElement, onPlot: (plot: uPlot) => void = () => {}) {
    this.#chart = new Chart(
      place,
      [[], [], []],
      (theme) => this.#options(theme),
      (plot) => {
        plot.over.append(this.#names.inScope, this.#names.outOfScope);
        onPlot(plot);
      },
    );
  }

  /** `always` are scores that the axis has to show. */
  setScores(inScope: Float32Array, outOfScope: Float32Array, ...always: number[]): Bins {
    const bins = binScores(inScope, outOfScope, BINS, ...always);
    this.#range = [bins.from, bins.to];
    this.#rowHeight = HEADROOM * Math.max(...bins.inScope, ...bins.outOfScope);
    // The steps need the right edge too; there both rows are back on their ground.
    const upper = [...bins.inScope, 0].map((share) => this.#rowHeight + share);
    const lower = [...bins.outOfScope, 0];
    this.#chart.setData([[...bins.edges], upper, lower]);
    this.#names.inScope.replaceChildren(
      say("In scope"),
      create(
        "span",
        {},
        say(": {0} test sentences of the intents taught", format.count(inScope.length)),
      ),
    );
    this.#names.outOfScope.replaceChildren(
      say("Out of scope"),
      create("span", {}, say(": {0} sentences of none of them", format.count(outOfScope.length))),
    );
    return bins;
  }

  #options(theme: Theme): Omit<uPlot.Options, "width" | "height"> {
    const stepped = uPlot.paths.stepped;
    const paths = stepped === undefined ? {} : { paths: stepped({ align: 1 }) };
    const series = (stroke: string, fill: string, ground: () => number): uPlot.Series => ({
      stroke,
      fill,
      width: 1.5,
      points: { show: false },
      fillTo: ground,
      ...paths,
    });
    return {
      legend: { show: false },
      cursor: { show: false },
      // Above the plot there is a line of text beside the threshold.
      padding: [22, 12, 0, 0],
      scales: {
        x: { time: false, range: () => this.#range },
        y: { range: () => [0, 2 * this.#rowHeight] },
      },
      axes: [
        axis(theme, {
          grid: { show: false },
          size: 28,
          gap: 6,
          space: 70,
          values: (_, splits) =>
            splits.map((v) => String(Number(v.toPrecision(6))).replace("-", "\u2212")),
        }),
        axis(theme, {
          size: 46,
          gap: 6,
          splits: () => this.#shareTicks(),
          values: (_, splits) =>
            splits.map(
              (v) =>
                `${Number(((v >= this.#rowHeight ? v - this.#rowHeight : v) * 100).toPrecision(3))}\u00a0%`,
            ),
        }),
      ],
      series: [
        {},
        series(theme.inScope, theme.inScopeFill, () => this.#rowHeight),
        series(theme.outOfScope, theme.outOfScopeFill, () => 0),
      ],
    };
  }

  /** 0 and one or two round shares, for each row. */
  #shareTicks(): number[] {
    const top = this.#rowHeight / HEADROOM;
    const power = 10 ** Math.floor(Math.log10(top / 2));
    const step = power * ([5, 2, 1].find((f) => f * power <= top / 2) ?? 1);
    const ticks: number[] = [];
    for (let tick = 0; tick <= top; tick += step) ticks.push(tick);
    return [...ticks, ...ticks.map((tick) => this.#rowHeight + tick)];
  }
}
