import { GRID, UNKNOWN, type Point } from "./lesson.mjs";
import type { Gate, Map } from "./page";

/** The page's colours as the canvas needs them. */
export interface Palette {
  readonly paper: Colour;
  readonly ink: string;
  readonly familiar: Colour;
  readonly unfamiliar: Colour;
  readonly unknown: string;
  readonly classes: readonly Colour[];
  readonly classInks: readonly string[];
}
type Colour = readonly [red: number, green: number, blue: number];

export function palette(classes: number): Palette {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string): string => style.getPropertyValue(name).trim();
  const inks = Array.from({ length: classes }, (_, i) => value(`--class-${i}`));
  const scratch = new OffscreenCanvas(1, 1).getContext("2d");
  /** A canvas writes any opaque colour as "#rrggbb"; a built style sheet may have "#fff". */
  const rgb = (colour: string): Colour => {
    if (scratch !== null) scratch.fillStyle = colour;
    const hex = String(scratch?.fillStyle);
    const part = (at: number): number => Number.parseInt(hex.slice(at, at + 2), 16);
    return [part(1), part(3), part(5)];
  };
  return {
    paper: rgb(value("--paper")),
    ink: value("--ink"),
    familiar: rgb(value("--in-scope")),
    unfamiliar: rgb(value("--out-of-scope")),
    unknown: value("--out-of-scope"),
    classes: inks.map(rgb),
    classInks: inks,
  };
}

/** How strong a class's colour is on the plane, where the head is sure of it. */
const STRENGTH = 0.6;

/** Each class's colour by its probability; paler where the gate says "none of these". */
export function classImage(map: Map, gate: Gate | undefined, colours: Palette): ImageData {
  const image = new ImageData(GRID, GRID);
  const { length: classes } = map.labels;
  for (let cell = 0; cell < GRID * GRID; cell++) {
    const rejected = gate !== undefined && (map.score[cell] ?? 0) > gate.threshold;
    const strength = rejected ? 0.25 * STRENGTH : STRENGTH;
    for (let part = 0; part < 3; part++) {
      let mixed = 0;
      for (let i = 0; i < classes; i++) {
        const colour = colours.classes[map.labels[i] ?? 0];
        mixed += (map.probabilities[cell * classes + i] ?? 0) * (colour?.[part] ?? 0);
      }
      const paper = colours.paper[part] ?? 0;
      image.data[4 * cell + part] = paper + strength * (mixed - paper);
    }
    image.data[4 * cell + 3] = 255;
  }
  return image;
}

/**
 * The score's rank among all cells, from 0 to 1: scores have very different scales, and some grow
 * without bound.
 */
export function ranks(score: Float32Array): Float32Array {
  const sorted = Float32Array.from(score).sort();
  return score.map((value) => lowerBound(sorted, value) / Math.max(1, score.length - 1));
}

function lowerBound(sorted: Float32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** From the colour of the familiar over paper to that of the unfamiliar. */
export function scoreImage(rank: Float32Array, colours: Palette): ImageData {
  const image = new ImageData(GRID, GRID);
  rank.forEach((share, cell) => {
    const end = share < 0.5 ? colours.familiar : colours.unfamiliar;
    const strength = 0.85 * Math.abs(2 * share - 1);
    for (let part = 0; part < 3; part++) {
      const paper = colours.paper[part] ?? 0;
      image.data[4 * cell + part] = paper + strength * ((end[part] ?? 0) - paper);
    }
    image.data[4 * cell + 3] = 255;
  });
  return image;
}

/** Where the values at the cells' middles pass a level: segments, in cells from the corner. */
export function contour(values: Float32Array, level: number): number[] {
  const segments: number[] = [];
  const at = (row: number, column: number): number => values[row * GRID + column] ?? 0;
  const share = (a: number, b: number): number => (level - a) / (b - a);
  for (let row = 0; row + 1 < GRID; row++) {
    for (let column = 0; column + 1 < GRID; column++) {
      const corners = [
        at(row, column),
        at(row, column + 1),
        at(row + 1, column + 1),
        at(row + 1, column),
      ] as const;
      const [a, b, c, d] = corners;
      const [x, y] = [column + 0.5, row + 0.5];
      const crossings: number[] = [];
      if (a > level !== b > level) crossings.push(x + share(a, b), y);
      if (b > level !== c > level) crossings.push(x + 1, y + share(b, c));
      if (c > level !== d > level) crossings.push(x + 1 - share(c, d), y + 1);
      if (d > level !== a > level) crossings.push(x, y + 1 - share(d, a));
      // Two crossings are a segment, four are two of them.
      segments.push(...crossings);
    }
  }
  return segments;
}

export function strokeContour(
  context: CanvasRenderingContext2D,
  segments: readonly number[],
  size: number,
): void {
  const cell = size / GRID;
  context.beginPath();
  for (let i = 0; i + 3 < segments.length; i += 4) {
    context.moveTo((segments[i] ?? 0) * cell, (segments[i + 1] ?? 0) * cell);
    context.lineTo((segments[i + 2] ?? 0) * cell, (segments[i + 3] ?? 0) * cell);
  }
  context.stroke();
}

/** Each class has a shape of its own too; the unknown is a cross. */
export function drawPoint(
  context: CanvasRenderingContext2D,
  { x, y, label }: Point,
  size: number,
  colours: Palette,
): void {
  const [left, top] = [((x + 1) / 2) * size, ((1 - y) / 2) * size];
  const r = Math.max(3, size / 110);
  const corners = (count: number, turn: number): void => {
    for (let i = 0; i < count; i++) {
      const angle = 2 * Math.PI * (i / count + turn);
      context.lineTo(left + 1.25 * r * Math.cos(angle), top + 1.25 * r * Math.sin(angle));
    }
    context.closePath();
  };
  context.beginPath();
  if (label === UNKNOWN) {
    context.moveTo(left - r, top - r);
    context.lineTo(left + r, top + r);
    context.moveTo(left + r, top - r);
    context.lineTo(left - r, top + r);
    context.strokeStyle = `rgb(${colours.paper.join(" ")})`;
    context.lineWidth = r * 1.3;
    context.stroke();
    context.strokeStyle = colours.unknown;
    context.lineWidth = r * 0.7;
    context.stroke();
    return;
  }
  if (label === 0) context.arc(left, top, r, 0, 2 * Math.PI);
  else if (label === 1) corners(4, 0.125);
  else if (label === 2) corners(3, -0.25);
  else if (label === 3) corners(4, 0);
  else corners(5, -0.25);
  context.fillStyle = colours.classInks[label] ?? colours.ink;
  context.strokeStyle = `rgb(${colours.paper.join(" ")})`;
  context.lineWidth = Math.max(1, r / 3);
  context.fill();
  context.stroke();
}
