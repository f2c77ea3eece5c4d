import type uPlot from "uplot";
import { Chart, epochAxes, type Theme } from "../../shared/charts/chart";
import { oncePerFrame } from "../../shared/ui/dom";
import * as format from "../../shared/ui/format";
import type { Norms } from "./norms";

/** How long one head's logits are after each epoch: a line for in-scope sentences, a dashed one for out-of-scope sentences. */
export class NormChart {
  readonly #place: HTMLElement;
  readonly #name: string;
  readonly #chart: Chart;
  readonly #redraw = oncePerFrame(() => this.#draw());
  #norms: readonly Norms[] = [];
  #total = 2;
  #top = 1;

  constructor(place: HTMLElement, name: string) {
    this.#place = place;
    this.#name = name;
    this.#chart = new Chart(place, [[], [], []], (theme) => this.#options(theme));
    this.#draw();
  }

  /** `norms` begins before the first epoch; `top` is the upper end of the axis, the same for both heads. */
  show(norms: readonly Norms[], total: number, top: number): void {
    this.#norms = norms;
    this.#total = total;
    this.#top = top;
    this.#redraw();
  }

  #draw(): void {
    const norms = this.#norms;
    this.#chart.setData([norms.map((_, epoch) => epoch), norms.map((n) => n.inScope), norms.map((n) => n.outOfScope)]);
    this.#place.setAttribute("aria-label", `${this.#name}: mean length of the logits over epochs. ${this.#words()}`);
  }

  #words(): string {
    const [first, last] = [this.#norms[0], this.#norms.at(-1)];
    if (first === undefined || last === undefined) return "No epochs yet.";
    const course = (of: (norms: Norms) => number): string => `from ${format.length(of(first))} to ${format.length(of(last))}`;
    return `After ${this.#norms.length - 1} of ${this.#total} epochs: in scope ${course((n) => n.inScope)}, out of scope ${course((n) => n.outOfScope)}.`;
  }

  #options(theme: Theme): Omit<uPlot.Options, "width" | "height"> {
    return {
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 8, 0, 0],
      scales: { x: { time: false, range: () => [0, this.#total] }, y: { range: () => [0, 1.08 * this.#top] } },
      axes: epochAxes(theme, format.significant),
      series: [
        {},
        { stroke: theme.inScope, width: 2, points: { show: false } },
        { stroke: theme.outOfScope, width: 2, dash: [6, 4], points: { show: false } },
      ],
    };
  }
}
