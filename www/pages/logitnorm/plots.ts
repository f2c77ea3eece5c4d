import uPlot from "uplot";
import { axis, epochAxes, type Theme } from "../../shared/charts/chart";
import * as format from "../../shared/ui/format";
import { BINS } from "./judged";
import { course, epochs, judged, shown } from "./page";
import type { Loss } from "./recipe.mjs";
import { losses } from "./duel";
import { words } from "./texts";

const FIFTHS = [0, 0.2, 0.4, 0.6, 0.8, 1];

type Options = (theme: Theme) => Omit<uPlot.Options, "width" | "height">;

const bare = {
  legend: { show: false },
  cursor: { show: false },
  padding: [8, 20, 0, 0] as [number, number, number, number],
};
const line = (stroke: string, dash: number[] = []): uPlot.Series => ({
  stroke,
  width: 2,
  dash,
  points: { show: false },
});
const percent = (_: uPlot, splits: number[]): string[] =>
  splits.map((share) => `${Math.round(Math.abs(share) * 100)}\u00a0%`);

const lastEpoch = (): [number, number] => [0, shown.peek()?.epochs ?? epochs.peek()];

/** Both networks' lengths on one scale. */
function longest(): [number, number] {
  const all = course
    .peek()
    .flatMap(({ lengths }) => losses.flatMap((loss) => Object.values(lengths[loss])));
  return [0, 1.08 * Math.max(...(all.length === 0 ? [1] : all))];
}

export const lengths: Options = (theme) => ({
  ...bare,
  scales: { x: { time: false, range: lastEpoch }, y: { range: longest } },
  axes: epochAxes(theme, format.significant),
  series: [{}, line(theme.inScope), line(theme.outOfScope, [6, 4])],
});

export const loss = (of: Loss): Options => {
  const highest = (): [number, number] => {
    const all = course.peek().map((moment) => moment.loss[of] ?? 0);
    return [0, 1.08 * Math.max(0.1, ...all)];
  };
  return (theme) => ({
    ...bare,
    scales: { x: { time: false, range: lastEpoch }, y: { range: highest } },
    axes: epochAxes(theme, format.significant),
    series: [{}, line(theme.ink), line(theme.muted, [4, 4])],
  });
};

/** Share of the tallest bar, of both networks and both kinds. */
function tallest(): number {
  const { value: now } = judged;
  if (now === undefined) return 1;
  const bars = losses.flatMap((loss) => [
    ...now[loss].bins.map(({ share }) => share),
    ...now[loss].unknownBins,
  ]);
  return 1.05 * Math.max(...bars);
}

/** Known pictures above the line, unknown ones below it. */
export const confidence: Options = (theme) => {
  const paths = uPlot.paths.stepped?.({ align: 1 });
  const bars = (stroke: string, fill: string): uPlot.Series => ({
    stroke,
    fill,
    width: 1.5,
    points: { show: false },
    fillTo: 0,
    ...(paths && { paths }),
  });
  return {
    ...bare,
    scales: {
      x: { time: false, range: () => [0, 1] },
      y: { range: () => [-tallest(), tallest()] },
    },
    axes: [
      axis(theme, { size: 26, gap: 4, splits: FIFTHS, values: percent }),
      axis(theme, { size: 48, gap: 6, space: 36, values: percent }),
    ],
    series: [
      {},
      bars(theme.inScope, theme.inScopeFill),
      bars(theme.outOfScope, theme.outOfScopeFill),
    ],
  };
};

/** Left edges of the bins, and the right one of the last. */
export const edges = Array.from({ length: BINS + 1 }, (_, i) => i / BINS);

/** Radius of a dot for (almost) no picture, and for all of them. */
const DOT = { from: 2.5, to: 12 };

export const reliability = (of: Loss): Options => {
  return (theme) => {
    const side = (label: string, size: number): uPlot.Axis =>
      axis(theme, {
        size,
        gap: 6,
        splits: FIFTHS,
        values: percent,
        label,
        labelSize: 20,
        labelGap: 0,
        labelFont: theme.font,
      });
    const room = (): [number, number] => [-0.035, 1.045];
    return {
      ...bare,
      scales: { x: { time: false, range: room }, y: { range: room } },
      axes: [side(words.peek().charts.probability, 26), side(words.peek().charts.right, 48)],
      series: [{}, { paths: () => null, points: { show: false } }],
      hooks: {
        drawAxes: [(plot) => diagonal(plot, theme)],
        draw: [(plot) => dots(plot, theme, of)],
      },
    };
  };
};

function diagonal(plot: uPlot, theme: Theme): void {
  const { ctx } = plot;
  const to = (value: number, scale: string): number => plot.valToPos(value, scale, true);
  ctx.save();
  ctx.strokeStyle = theme.muted;
  ctx.lineWidth = 1.5 * uPlot.pxRatio;
  ctx.setLineDash([5 * uPlot.pxRatio, 4 * uPlot.pxRatio]);
  ctx.beginPath();
  ctx.moveTo(to(0, "x"), to(0, "y"));
  ctx.lineTo(to(1, "x"), to(1, "y"));
  ctx.stroke();
  ctx.restore();
}

function dots(plot: uPlot, theme: Theme, of: Loss): void {
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = theme.inScope;
  ctx.fillStyle = theme.inScopeFill;
  ctx.lineWidth = 1.5 * uPlot.pxRatio;
  for (const { share, confidence: x, accuracy: y } of judged.peek()?.[of].bins ?? []) {
    if (share === 0) continue;
    const [left, top] = [plot.valToPos(x, "x", true), plot.valToPos(y, "y", true)];
    // How far from the diagonal: what the calibration error adds up.
    ctx.beginPath();
    ctx.moveTo(left, plot.valToPos(x, "y", true));
    ctx.lineTo(left, top);
    ctx.stroke();
    ctx.beginPath();
    const radius = DOT.from + (DOT.to - DOT.from) * Math.sqrt(share);
    ctx.arc(left, top, radius * uPlot.pxRatio, 0, 2 * Math.PI);
    ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}
