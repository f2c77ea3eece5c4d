import type { EpochProgress } from "oodgate";
import { Chart, epochAxes, type Theme } from "../../shared/charts/chart";
import { byId, fillTable, oncePerFrame, setText } from "../../shared/ui/dom";
import * as format from "../../shared/ui/format";
import { say } from "./say";

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
      line(
        theme,
        range,
        () => [
          0,
          this.#epochs.length === 0 ? 1 : Math.max(1e-3, ...this.#epochs.map((e) => e.loss)) * 1.05,
        ],
        (v) => String(Number(v.toPrecision(3))),
      ),
    );
    this.#accuracy = new Chart(byId("accuracy-chart"), [[], []], (theme) =>
      line(
        theme,
        range,
        () => [0, 1],
        (v) => `${Math.round(v * 100)}\u00a0%`,
      ),
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
      epochs.map((e) => [
        format.count(e.epoch),
        format.fixed(e.loss, 4),
        format.percent(e.accuracy),
        format.count(e.rowsPerSecond),
      ]),
    );
    if (first === undefined || last === undefined) {
      byId("loss-chart").setAttribute("aria-label", say("Training loss per epoch. No epochs yet."));
      byId("accuracy-chart").setAttribute(
        "aria-label",
        say("Training accuracy per epoch. No epochs yet."),
      );
      setText(
        byId("curve-summary"),
        say(
          "Loss should fall and accuracy rise with every epoch, one pass over all training sentences.",
        ),
      );
      return;
    }
    const span =
      epochs.length === 1
        ? say("after epoch 1")
        : say("from epoch 1 to {0} of {1}", last.epoch, last.epochs);
    const loss =
      epochs.length === 1 ? say("Loss {0}", format.loss(last.loss)) : change(first.loss, last.loss);
    const accuracy =
      epochs.length === 1
        ? say("accuracy {0}", format.percent(last.accuracy))
        : say(
            "accuracy went from {0} to {1}",
            format.percent(first.accuracy),
            format.percent(last.accuracy),
          );
    byId("loss-chart").setAttribute(
      "aria-label",
      say("Training loss per epoch. {0}, {1}.", loss, span),
    );
    byId("accuracy-chart").setAttribute(
      "aria-label",
      say("Training accuracy per epoch: {0}, {1}.", accuracy, span),
    );
    setText(byId("curve-summary"), say("{0} and {1}, {2}.", loss, accuracy, span));
  }
}

/** Whole sentences: languages differ in where the verb stands. */
function change(from: number, to: number): string {
  const [before, after] = [format.fixed(from, 3), format.loss(to)];
  if (to < from) return say("Loss fell from {0} to {1}", before, after);
  if (to > from) return say("Loss rose from {0} to {1}", before, after);
  return say("Loss stayed from {0} to {1}", before, after);
}

function line(
  theme: Theme,
  x: () => [number, number],
  y: () => [number, number],
  label: (value: number) => string,
) {
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
        points: {
          show: (u: { data: ArrayLike<unknown>[] }) => (u.data[0]?.length ?? 0) < 2,
          size: 6,
          fill: theme.ink,
        },
      },
    ],
  };
}
