// What is taught here and how, for the page and for its tests.

/** The map's cells along each side of the square from -1 to 1. */
export const GRID = 64;
export const CLASSES = 5;
export const MOST_POINTS = 600;
/** Label of a point that is none of the classes. */
export const UNKNOWN = -1;

/** Widths of the hidden layers, by the name that the address has. */
const layers = { linear: [], 8: [8], "16-16": [16, 16], "32-32": [32, 32] };
/** From the plainest on. */
export const layerNames = ["linear", "8", "16-16", "32-32"];

/** As many as `fit` makes by default; the heads of the calibration are trained by it. */
export const UPDATES = 500;
const LEARNING_RATE = 0.01;

const random = (seed) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** A coordinate as the address holds it: 12 bits. */
export const quantised = (value) => stored(value) / 2047.5 - 1;
const stored = (value) => Math.min(4095, Math.max(0, Math.round((value + 1) * 2047.5)));

const makers = {
  moons(next) {
    return Array.from({ length: 120 }, (_, i) => {
      const label = i % 2;
      const angle = Math.PI * (next() + label);
      const [x, y] = label === 0 ? [-0.22, -0.12] : [0.22, 0.12];
      return { x: x + 0.46 * Math.cos(angle), y: y + 0.46 * Math.sin(angle), label };
    });
  },
  clusters(next) {
    const centres = [
      [-0.5, -0.3],
      [0.35, -0.5],
      [0.15, 0.25],
    ];
    return Array.from({ length: 120 }, (_, i) => {
      const [x, y] = centres[i % 3];
      return { x: x + 0.1 * bell(next), y: y + 0.1 * bell(next), label: i % 3 };
    });
  },
  rings(next) {
    return Array.from({ length: 120 }, (_, i) => {
      const [radius, angle] = [i % 2 === 0 ? 0.2 : 0.6, 2 * Math.PI * next()];
      return { x: radius * Math.cos(angle), y: radius * Math.sin(angle), label: i % 2 };
    });
  },
  corners(next) {
    return Array.from({ length: 120 }, (_, i) => {
      const [right, top] = [i % 2, (i >> 1) % 2];
      const at = (far) => (far === 1 ? 0.45 : -0.45) + 0.3 * (next() - 0.5) * 2;
      return { x: at(right), y: at(top), label: right ^ top };
    });
  },
  spirals(next) {
    return Array.from({ length: 160 }, (_, i) => {
      const along = next();
      const [radius, angle] = [0.08 + 0.72 * along, 2 * Math.PI * (1.25 * along + (i % 2) / 2)];
      return { x: radius * Math.cos(angle), y: radius * Math.sin(angle), label: i % 2 };
    });
  },
};

export const shapes = Object.keys(makers);

const bell = (next) => next() + next() + next() + next() - 2;

/** A ready-made drawing of points, the same each time. */
export function shape(name) {
  const next = random(7);
  return makers[name](next).map(({ x, y, label }) => ({
    x: quantised(x + 0.05 * bell(next)),
    y: quantised(y + 0.05 * bell(next)),
    label,
  }));
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Five characters a point: its class, and its place. */
export function encode(points) {
  return points
    .map(({ x, y, label }) => {
      const places = [x, y].map((value) => DIGITS[stored(value) >> 6] + DIGITS[stored(value) & 63]);
      return `${label === UNKNOWN ? "x" : label}${places.join("")}`;
    })
    .join("");
}

/** What is no point is left out: an address may come from anywhere. */
export function decode(text) {
  const points = [];
  for (let at = 0; at + 5 <= text.length && points.length < MOST_POINTS; at += 5) {
    const label = text[at] === "x" ? UNKNOWN : Number(text[at]);
    const digits = [...text.slice(at + 1, at + 5)].map((digit) => DIGITS.indexOf(digit));
    if (!(label >= UNKNOWN && label < CLASSES) || digits.includes(-1)) continue;
    const [x, y] = [digits[0] * 64 + digits[1], digits[2] * 64 + digits[3]];
    points.push({ x: x / 2047.5 - 1, y: y / 2047.5 - 1, label });
  }
  return points;
}

/** Middles of the map's cells, [cells, 2], row by row from the top. */
export function grid() {
  const cells = new Float32Array(GRID * GRID * 2);
  const middle = (i) => ((i + 0.5) * 2) / GRID - 1;
  for (let row = 0; row < GRID; row++)
    for (let column = 0; column < GRID; column++)
      cells.set([middle(column), -middle(row)], 2 * (row * GRID + column));
  return cells;
}

/** Labels that points have, in order: the head's classes. */
export const labelsOf = (points) =>
  [...new Set(points.map(({ label }) => label))].filter((label) => label !== UNKNOWN).sort();

/** `knn` by the package's default would look at half of these few points. */
export const scorerOf = (name, points) =>
  name === "knn" || name === "nnGuide"
    ? { name, k: Math.max(1, Math.min(10, points.filter((p) => p.label !== UNKNOWN).length - 1)) }
    : name;

const flat = (points) => Float32Array.from(points.flatMap(({ x, y }) => [x, y]));

/**
 * Teaches a new head the points; `onLook` is called with it after every `every` updates, and with
 * how many they were. The caller disposes of the head, also when this rejects.
 */
export async function teach(head, points, { every, onLook, signal }) {
  const labels = labelsOf(points);
  const known = points.filter(({ label }) => label !== UNKNOWN);
  const unknown = points.filter(({ label }) => label === UNKNOWN);
  const [x, y] = [flat(known), Int32Array.from(known, ({ label }) => labels.indexOf(label))];
  await head.addRows(x, y);
  if (unknown.length > 0) await head.addRows(flat(unknown), null);
  for (let step = 0; step < UPDATES; step++) {
    signal?.throwIfAborted();
    const learningRate = LEARNING_RATE * 0.5 * (1 + Math.cos((Math.PI * step) / UPDATES));
    await head.trainStep(x, y, { learningRate });
    if ((step + 1) % every === 0) await onLook?.(step + 1);
  }
}

export const headOptions = ({ points, hidden, loss, tau }) => ({
  features: 2,
  classes: labelsOf(points).length,
  hidden: layers[hidden],
  loss: loss === "logitNorm" ? { kind: "logitNorm", tau } : { kind: "crossEntropy" },
  backend: "cpu",
  seed: 0,
});
