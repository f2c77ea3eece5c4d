import type { EpochProgress } from "oodgate";
import { Chart, epochAxes, type Theme } from "../../shared/charts/chart";
import { byId, fillTable, oncePerFrame, setText } from "../../shared/ui/dom";
import * as format from "../../shared/ui/format";

/** The loss and the accuracy of each epoch, while they come in. */
export class Curves {
  #epochs: EpochProgress[] = [];
  /** The last epoch that will come, which is the right end of the axis from the start. */
  #total = 30;
  readonly #loss: Chart;
  readonly #accuracy: Chart;
  readonly #redraw = oncePerFrame(() => this.#draw());

  constructor() {
    const range = () => [1, Math.max(2, this.#total)] as [number, number];
    this.#loss = new Chart(byId("loss-chart"), [[], []], (theme) =>
      line(theme, range, () => [0, this.#epochs.length === 0 ? 1 : Math.max(1e-3, ...this.#epochs.map((e) => e.loss)) * 1.05], (v) => String(Number(v.toPrecision(3)))),
    );
    this.#accuracy = new Chart(byId("accuracy-chart"), [[], []], (theme) =>
      line(theme, range, () => [0, 1], (v) => `${Math.round(v * 100)}\u00a0%`),
    );
  }

  /** Empties the charts for a training of this many epochs. */
  begin(total: number): void {
    this.#epochs = [];
    this.#total = total;
    this.#redraw();
  }

  add(progress: EpochProgress): void {
    this.#epochs.push(progress);
    this.#redraw();
  }

  #draw(): void {
    const epochs = this.#epochs;
    const x = epochs.map((e) => e.epoch);
    this.#loss.setData([x, epochs.map((e) => e.loss)]);
    this.#accuracy.setData([x, epochs.map((e) => e.accuracy)]);

    const first = epochs[0];
    const last = epochs.at(-1);
    setText(byId("loss-now"), last === undefined ? "–" : format.loss(last.loss));
    setText(byId("accuracy-now"), last === undefined ? "–" : format.percent(last.accuracy));
    fillTable(
      byId("epoch-table"),
      epochs.map((e) => [format.count(e.epoch), e.loss.toFixed(4), format.percent(e.accuracy), format.count(e.rowsPerSecond)]),
    );
    if (first === undefined || last === undefined) {
      byId("loss-chart").setAttribute("aria-label", "Training loss per epoch. No epochs yet.");
      byId("accuracy-chart").setAttribute("aria-label", "Training accuracy per epoch. No epochs yet.");
      setText(byId("curve-summary"), "Loss should fall and accuracy rise with every epoch, one pass over all training sentences.");
      return;
    }
    const span = epochs.length === 1 ? "after epoch 1" : `from epoch 1 to ${last.epoch} of ${last.epochs}`;
    const loss = epochs.length === 1 ? `Loss ${format.loss(last.loss)}` : `Loss ${change(first.loss, last.loss)} from ${first.loss.toFixed(3)} to ${format.loss(last.loss)}`;
    const accuracy = epochs.length === 1 ? `accuracy ${format.percent(last.accuracy)}` : `accuracy went from ${format.percent(first.accuracy)} to ${format.percent(last.accuracy)}`;
    byId("loss-chart").setAttribute("aria-label", `Training loss per epoch. ${loss}, ${span}.`);
    byId("accuracy-chart").setAttribute("aria-label", `Training accuracy per epoch: ${accuracy}, ${span}.`);
    setText(byId("curve-summary"), `${loss} and ${accuracy}, ${span}.`);
  }
}

const change = (from: number, to: number): string => (to < from ? "fell" : to > from ? "rose" : "stayed");

function line(theme: Theme, x: () => [number, number], y: () => [number, number], label: (value: number) => string) {
  return {
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 8, 0, 0] as [number, number, number, number],
    scales: { x: { time: false, range: x }, y: { range: y } },
    axes: epochAxes(theme, label),
    series: [
      {},
      {
        stroke: theme.ink,
        width: 2,
        // The first epoch alone would be a line without length.
        points: { show: (u: { data: ArrayLike<unknown>[] }) => (u.data[0]?.length ?? 0) < 2, size: 6, fill: theme.ink },
      },
    ],
  };
}
