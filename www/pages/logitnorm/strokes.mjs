// Drawings as strokes, and as the pixels that a network sees.

import { clamp, PIXELS, SIDE } from "./recipe.mjs";

/** Width of a pen, and the side of the square that a drawing fills, in pixels; as in MNIST. */
const PEN = 2.4;
const BOX = 20;

/** Points of an ellipse's arc, in turns, clockwise from the right. */
function arc(x, y, rx, ry, from, to) {
  const steps = Math.max(4, Math.ceil(Math.abs(to - from) * 28));
  return Array.from({ length: steps + 1 }, (_, i) => {
    const angle = 2 * Math.PI * (from + ((to - from) * i) / steps);
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
  });
}

/** The digits, as somebody might draw them, in a square from 0 to 1. */
export const drawnDigits = [
  [arc(0.5, 0.5, 0.23, 0.34, -0.2, 0.82)],
  [
    [
      [0.4, 0.28],
      [0.55, 0.16],
      [0.52, 0.84],
    ],
  ],
  [[...arc(0.49, 0.35, 0.2, 0.19, -0.48, 0.08), [0.28, 0.82], [0.74, 0.8]]],
  [[...arc(0.47, 0.33, 0.19, 0.17, -0.42, 0.2), ...arc(0.47, 0.66, 0.22, 0.18, -0.2, 0.42)]],
  [
    [
      [0.38, 0.18],
      [0.27, 0.55],
      [0.74, 0.53],
    ],
    [
      [0.62, 0.22],
      [0.58, 0.86],
    ],
  ],
  [[[0.7, 0.17], [0.38, 0.18], [0.34, 0.46], ...arc(0.48, 0.63, 0.2, 0.2, -0.32, 0.4)]],
  [[[0.62, 0.15], [0.42, 0.36], ...arc(0.49, 0.66, 0.19, 0.19, 0.55, 1.5)]],
  [
    [
      [0.27, 0.2],
      [0.72, 0.18],
      [0.45, 0.86],
    ],
  ],
  [[...arc(0.5, 0.32, 0.16, 0.16, 0.2, -0.75), ...arc(0.5, 0.67, 0.2, 0.19, -0.25, 0.8)]],
  [[...arc(0.5, 0.34, 0.18, 0.18, 0, -1), [0.66, 0.36], [0.6, 0.86]]],
];

/**
 * What a drawing looks like in 28 x 28 pixels, from 0 to 1: it fills the box of 20 x 20, and its
 * weight lies in the middle, as with MNIST's digits. Undefined without a stroke. No canvas is read
 * back: a browser may blur what is read to protect its visitor.
 */
export function pixelsOf(strokes) {
  const points = strokes.flat();
  if (points.length === 0) return undefined;
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const extent = Math.max(Math.max(...xs) - left, Math.max(...ys) - top);
  // A dot is not blown up to a blot.
  const scale = (BOX - PEN) / Math.max(extent, 0.15);
  const placed = strokes.map((stroke) =>
    stroke.map(([x, y]) => [(x - left) * scale, (y - top) * scale]),
  );
  const [x, y] = centre(inked(placed, SIDE / 4, SIDE / 4));
  const middle = SIDE / 2;
  return inked(placed, SIDE / 4 + middle - x, SIDE / 4 + middle - y);
}

/** Pixels of strokes that are moved by this much. */
function inked(strokes, dx, dy) {
  const pixels = new Float32Array(PIXELS);
  for (const stroke of strokes) {
    stroke.forEach(([x1, y1], i) => {
      const [x0, y0] = stroke[Math.max(0, i - 1)];
      line(pixels, x0 + dx, y0 + dy, x1 + dx, y1 + dy);
    });
  }
  return pixels;
}

/** A line of the pen's width with round ends. */
function line(pixels, x0, y0, x1, y1) {
  const reach = PEN / 2 + 1;
  const from = (a, b) => clamp(Math.floor(Math.min(a, b) - reach), 0, SIDE);
  const to = (a, b) => clamp(Math.ceil(Math.max(a, b) + reach), 0, SIDE);
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  for (let y = from(y0, y1); y < to(y0, y1); y++) {
    for (let x = from(x0, x1); x < to(x0, x1); x++) {
      const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
      const along = length === 0 ? 0 : clamp((px * dx + py * dy) / length, 0, 1);
      const distance = Math.hypot(px - along * dx, py - along * dy);
      const ink = clamp(PEN / 2 - distance + 0.5, 0, 1);
      pixels[y * SIDE + x] = Math.max(pixels[y * SIDE + x], ink);
    }
  }
}

function centre(pixels) {
  let [sum, x, y] = [0, 0, 0];
  pixels.forEach((ink, i) => {
    sum += ink;
    x += ink * ((i % SIDE) + 0.5);
    y += ink * (Math.floor(i / SIDE) + 0.5);
  });
  return [x / sum, y / sum];
}
