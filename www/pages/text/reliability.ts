import uPlot from "uplot";
import { axis, Chart, type Theme } from "../../shared/charts/chart";
import type { Confidence } from "./confidence";
import { byId, fillTable, setText } from "../../shared/ui/dom";
import * as format from "../../shared/ui/format";
import type { Reliability } from "./scores";

/** Radius of a dot that stands for (almost) no sentence, and of one that stands for all of them, in CSS pixels. */
const SMALLEST = 2.5;
const LARGEST = 13;

/** Room around the square from 0 to 1, so that dots on its edge are whole. */
const RANGE: [number, number] = [-0.035, 1.045];

/** Two reliability diagrams, at temperature 1 and at the fitted temperature, and the same in words and numbers. */
export class ReliabilityDiagrams {
  readonly #before = new Diagram("reliability-before");
  readonly #after = new Diagram("reliability-after");

  show({ temperature, before, after }: Reliability): void {
    const fitted = format.significant(temperature);
    this.#before.show(before, "Reliability at temperature 1");
    this.#after.show(after, `Reliability at temperature ${fitted}`);
    setText(byId("temperature"), fitted);
    setText(byId("ece-before"), format.percent(before.ece));
    setText(byId("ece-after"), format.percent(after.ece));
    setText(
      byId("reliability-summary"),
      `The head names the right intent for ${format.percent(before.accuracy)} of the in-scope test sentences. At temperature 1 its mean probability is ` +
        `${format.percent(before.confidence)}: ${opinion(before)}. At the fitted temperature, ${fitted}, it is ${format.percent(after.confidence)}: ${opinion(after)}. ` +
        `The error (ECE) goes from ${format.percent(before.ece)} to ${format.percent(after.ece)}.`,
    );
    fillTable(
      byId("reliability-table"),
      before.bins.map((bin, i) => [
        `${format.percent(bin.from)} to ${format.percent(bin.to)}`,
        ...[bin, after.bins[i] ?? bin].flatMap(({ rows, confidence, accuracy }) => [format.count(rows), format.percent(confidence), format.percent(accuracy)]),
      ]),
    );
  }
}

/** What to think of a mean probability, beside the share that is right. */
function opinion({ confidence, accuracy }: Confidence): string {
  const gap = confidence - accuracy;
  if (Math.abs(gap) < 0.02) return "about right";
  return `${Math.abs(gap) > 0.2 ? "far " : ""}too ${gap < 0 ? "low" : "high"}`;
}

/** One dot for each bin of probability. On the diagonal the answers are right as often as their probability says. */
class Diagram {
  readonly #place: HTMLElement;
  readonly #chart: Chart;
  /** Of each dot: the share of all sentences that it stands for. */
  #weights: readonly number[] = [];

  constructor(id: string) {
    this.#place = byId(id);
    this.#chart = new Chart(this.#place, [[], []], (theme) => this.#options(theme));
  }

  show({ bins, ece }: Confidence, name: string): void {
    const all = bins.reduce((rows, bin) => rows + bin.rows, 0);
    const filled = bins.filter((bin) => bin.rows > 0);
    this.#weights = filled.map((bin) => bin.rows / all);
    this.#chart.setData([filled.map((bin) => bin.confidence), filled.map((bin) => bin.accuracy)]);
    const largest = filled.reduce((a, b) => (b.rows > a.rows ? b : a));
    this.#place.setAttribute(
      "aria-label",
      `${name}: ${filled.length} ${filled.length === 1 ? "dot" : "dots"}, expected calibration error ${format.percent(ece)}. The largest dot stands for ` +
        `${format.count(largest.rows)} of ${format.count(all)} sentences: mean probability ${format.percent(largest.confidence)}, ${format.percent(largest.accuracy)} right.`,
    );
  }

  #options(theme: Theme): Omit<uPlot.Options, "width" | "height"> {
    const share = (_: uPlot, splits: number[]): string[] => splits.map((v) => `${Math.round(v * 100)}\u00a0%`);
    const scale = (label: string, size: number): uPlot.Axis =>
      axis(theme, { size, gap: 6, splits: [0, 0.2, 0.4, 0.6, 0.8, 1], values: share, label, labelSize: 20, labelGap: 0, labelFont: theme.font });
    return {
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 8, 0, 0],
      scales: { x: { time: false, range: () => RANGE }, y: { range: () => RANGE } },
      axes: [scale("Probability given", 26), scale("Share right", 48)],
      series: [{}, { paths: () => null, points: { show: false } }],
      hooks: { drawAxes: [(plot) => drawDiagonal(plot, theme)], draw: [(plot) => this.#drawDots(plot, theme)] },
    };
  }

  #drawDots(plot: uPlot, theme: Theme): void {
    const { ctx } = plot;
    const [xs = [], ys = []] = plot.data;
    ctx.save();
    for (const [i, weight] of this.#weights.entries()) {
      const [x, y] = [xs[i] ?? NaN, ys[i] ?? NaN];
      const left = plot.valToPos(x, "x", true);
      const top = plot.valToPos(y, "y", true);
      // How far from the diagonal: what the calibration error adds up.
      stroke(ctx, theme.inScope, 1.5 * uPlot.pxRatio, [], left, plot.valToPos(x, "y", true), left, top);
      ctx.beginPath();
      ctx.arc(left, top, uPlot.pxRatio * (SMALLEST + (LARGEST - SMALLEST) * Math.sqrt(weight)), 0, 2 * Math.PI);
      ctx.fillStyle = theme.inScopeFill;
      ctx.fill();
      ctx.stroke();
    }
    ctx.restore();
  }
}

function drawDiagonal(plot: uPlot, theme: Theme): void {
  const at = (v: number, scale: string): number => plot.valToPos(v, scale, true);
  plot.ctx.save();
  stroke(plot.ctx, theme.muted, 1.5 * uPlot.pxRatio, [5 * uPlot.pxRatio, 4 * uPlot.pxRatio], at(0, "x"), at(0, "y"), at(1, "x"), at(1, "y"));
  plot.ctx.restore();
}

function stroke(ctx: CanvasRenderingContext2D, colour: string, width: number, dash: number[], x0: number, y0: number, x1: number, y1: number): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}
