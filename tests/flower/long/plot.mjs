// Accuracy by rounds as an SVG: a line for each split, and central training as a level.

const frame = { left: 50, top: 30, width: 560, height: 260 };

const style = `
  text { font: 12px system-ui, sans-serif; fill: #444 }
  .grid { stroke: #8886; stroke-width: 1 }
  .level { stroke: #888; stroke-width: 1.5; stroke-dasharray: 4 4 }
  .iid { stroke: #1769c2 }
  .intent { stroke: #c2571a }
  .line { stroke-width: 2; fill: none }
  text.iid { fill: #1769c2; stroke: none }
  text.intent { fill: #c2571a; stroke: none }
  @media (prefers-color-scheme: dark) {
    text { fill: #bbb }
    .iid { stroke: #6cb2ff } text.iid { fill: #6cb2ff }
    .intent { stroke: #ff9d66 } text.intent { fill: #ff9d66 }
  }`;

/** @param {{ name: string, title: string, accuracy: number[] }[]} curves @param {number} central */
export function plot(curves, central) {
  const rounds = Math.max(...curves.map(({ accuracy }) => accuracy.length));
  const x = (round) => frame.left + (frame.width * (round - 1)) / Math.max(rounds - 1, 1);
  const y = (share) => frame.top + frame.height * (1 - share);
  const at = (value) => value.toFixed(1);
  const parts = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    `<line class="grid" x1="${frame.left}" y1="${at(y(share))}" x2="${frame.left + frame.width}" y2="${at(y(share))}"/>`,
    `<text x="${frame.left - 8}" y="${at(y(share) + 4)}" text-anchor="end">${100 * share} %</text>`,
  ]);
  for (let round = 5; round <= rounds; round += 5)
    parts.push(`<text x="${at(x(round))}" y="${frame.top + frame.height + 18}" text-anchor="middle">${round}</text>`);
  parts.push(`<line class="level" x1="${frame.left}" y1="${at(y(central))}" x2="${frame.left + frame.width}" y2="${at(y(central))}"/>`);
  parts.push(`<text x="${frame.left + 6}" y="${at(y(central) - 6)}">central training, ${at(100 * central)} %</text>`);
  for (const [index, { name, title, accuracy }] of curves.entries()) {
    const points = accuracy.map((share, i) => `${at(x(i + 1))},${at(y(share))}`).join(" ");
    parts.push(`<polyline class="line ${name}" points="${points}"/>`);
    parts.push(`<text class="${name}" x="${frame.left + frame.width - 6}" y="${frame.top + frame.height - 40 + 20 * index}" text-anchor="end">${title}: ${at(100 * accuracy.at(-1))} % after ${accuracy.length}</text>`);
  }
  parts.push(`<text x="${frame.left + frame.width / 2}" y="${frame.top + frame.height + 38}" text-anchor="middle">rounds</text>`);
  const [width, height] = [frame.left + frame.width + 20, frame.top + frame.height + 50];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><style>${style}</style>\n${parts.join("\n")}\n</svg>\n`;
}
