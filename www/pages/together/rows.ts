/** Rows for a federation that can be seen: points in the plane, six classes around its middle. */

export const FEATURES = 2;
export const CLASSES = ["north", "northeast", "southeast", "south", "southwest", "northwest"];

/** Rows that a tab has to learn from. */
const ROWS = 60;
/** Rows of each class that nobody learns from. */
const TEST_ROWS = 60;
const RADIUS = 2.2;
const SPREAD = 0.5;

export interface Rows {
  readonly features: Float32Array;
  readonly labels: Int32Array;
}

/** How rows are divided: all classes to every tab, or two to each. */
export type Division = "even" | "few";

/** Seeded uniform numbers in [0, 1): mulberry32. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function draw(classes: readonly number[], count: number, seed: number): Rows {
  const random = uniform(seed);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const labels = Int32Array.from({ length: count }, (_, row) => classes[row % classes.length] ?? 0);
  const features = new Float32Array(count * FEATURES);
  labels.forEach((label, row) => {
    const angle = (2 * Math.PI * label) / CLASSES.length;
    features[2 * row] = RADIUS * Math.sin(angle) + SPREAD * normal();
    features[2 * row + 1] = RADIUS * Math.cos(angle) + SPREAD * normal();
  });
  return { features, labels };
}

/** The classes of which a tab has rows. */
export function classesOf(tab: number, division: Division): readonly number[] {
  const all = CLASSES.map((_, index) => index);
  if (division === "even") return all;
  const first = (2 * tab) % all.length;
  return [first, first + 1];
}

/** A tab's own rows. */
export const rowsOf = (tab: number, division: Division): Rows =>
  draw(classesOf(tab, division), ROWS, tab + 1);

/** Rows of the same classes for a tab to measure and to calibrate with. */
export const heldOutOf = (tab: number, division: Division): Rows =>
  draw(classesOf(tab, division), ROWS, tab + 1001);

/** More rows like a tab's own, which it has never seen. */
export const freshOf = (tab: number, division: Division): Rows =>
  draw(classesOf(tab, division), 5 * ROWS, tab + 2001);

/** Rows of all classes that no tab learns from. */
export const testRows: Rows = draw(
  CLASSES.map((_, index) => index),
  TEST_ROWS * CLASSES.length,
  9001,
);

/** What every tab makes its head of: plain SGD, as means of its weights ask for. */
export const headOptions = {
  features: FEATURES,
  classes: CLASSES,
  backend: "cpu",
  optimizer: { kind: "sgd", learningRate: 0.1, momentum: 0.9 },
} as const;
