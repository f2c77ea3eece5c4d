// The growth of an epoch as an SVG of three panels side by side, both scales logarithmic.

import { ms } from "./format.mjs";

const panel = { width: 220, height: 180, gap: 30 };
const margin = { left: 60, right: 20, top: 60, bottom: 50 };

// Both colour schemes: the page's own where the drawing is inlined, the system's where it is an image.
const style = `
  text { font: 12px system-ui, sans-serif; fill: #444 }
  .title { font-size: 14px; font-weight: 600; fill: #222 }
  .number { font-size: 11px }
  .grid { stroke: #8886; stroke-width: 1 }
  .straight { stroke: #888; stroke-width: 1.5; stroke-dasharray: 4 4 }
  .line { stroke: #1769c2; stroke-width: 2; fill: none }
  .dot { fill: #1769c2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #bbb }
    .title { fill: #eee }
    .line { stroke: #6cb2ff }
    .dot { fill: #6cb2ff }
  }`;

const round = (value) => Math.round(10 * value) / 10;
const text = (x, y, words, attributes = "") => `<text x="${round(x)}" y="${round(y)}" ${attributes}>${words}</text>`;
const line = (from, to, name) =>
  `<line class="${name}" x1="${round(from[0])}" y1="${round(from[1])}" x2="${round(to[0])}" y2="${round(to[1])}"/>`;

/** Powers of two that enclose the values. */
function powersAround(values) {
  const [least, most] = [Math.floor(Math.log2(Math.min(...values))), Math.ceil(Math.log2(Math.max(...values)))];
  return Array.from({ length: most - least + 1 }, (_, i) => 2 ** (least + i));
}

function drawPanel({ axis, values, times, exponent }, left, toY, isFirst, marks) {
  const { width, height } = panel;
  const bottom = margin.top + height;
  const inset = 16;
  const last = values.length - 1;
  const toX = (value) => left + inset + ((width - 2 * inset) * Math.log(value / values[0])) / Math.log(values[last] / values[0]);
  const places = values.map((value, i) => [toX(value), toY(times[i])]);
  // Where the times would lie if they were proportional, through the second point.
  const proportional = (value) => [toX(value), toY((times[1] * value) / values[1])];
  return [
    text(left + width / 2, margin.top - 10, `${axis}: exponent ${exponent.toFixed(2)}`, 'text-anchor="middle" class="title"'),
    ...marks.map((mark) => line([left, toY(mark)], [left + width, toY(mark)], "grid")),
    ...(isFirst ? marks.map((mark) => text(left - 6, toY(mark) + 4, mark, 'text-anchor="end"')) : []),
    ...values.map((value) => text(toX(value), bottom + 18, value, 'text-anchor="middle"')),
    line(proportional(values[0]), proportional(values[last]), "straight"),
    `<polyline class="line" points="${places.map((place) => place.map(round).join()).join(" ")}"/>`,
    ...places.map(([x, y]) => `<circle class="dot" cx="${round(x)}" cy="${round(y)}" r="3.5"/>`),
    ...places.map(([x, y], i) => text(x, y - 9, ms(times[i]), `text-anchor="${i === last ? "end" : "middle"}" class="number"`)),
  ];
}

/** The drawing. `about` says what stays as it is. */
export function plot(series, about) {
  const all = series.flatMap(({ times }) => times);
  // Room for the straight lines, which leave the times' range.
  const reach = series.flatMap(({ values, times }) => values.map((value) => (times[1] * value) / values[1]));
  const marks = powersAround([...all, ...reach]);
  const scale = panel.height / Math.log(marks.at(-1) / marks[0]);
  const toY = (time) => margin.top + panel.height - scale * Math.log(time / marks[0]);
  const width = margin.left + margin.right + series.length * panel.width + (series.length - 1) * panel.gap;
  const height = margin.top + panel.height + margin.bottom;
  const parts = series.flatMap((one, i) => drawPanel(one, margin.left + i * (panel.width + panel.gap), toY, i === 0, marks));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img"
  aria-label="Milliseconds per epoch of fit over rows, features and classes">
<style>${style}
</style>
${text(margin.left, 22, "Milliseconds per epoch, both scales logarithmic; dashed: proportional")}
${parts.join("\n")}
${text(margin.left, height - 10, `All but the one that grows: ${about}`)}
</svg>
`;
}
