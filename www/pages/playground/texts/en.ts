/** Everything that the Playground says, in English. Another language has the same shape. */

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const two = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const three = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const whole = (share: number): string => `${number.format(share * 100)} %`;
const count = (n: number, singular: string, plural: string): string =>
  `${number.format(n)} ${n === 1 ? singular : plural}`;

export const en = {
  title: "Playground",
  skip: "Skip to the plane",
  heading: "Points in the plane, and what a head knows of them",
  lede:
    "Set points of some classes. A small head learns them at once: the left map shows which " +
    "class it names where, the right one how unfamiliar each place is to it. The thick line is " +
    "the gate: beyond it the answer is “none of these”.",
  className: (label: number) => `Class ${label + 1}`,

  tools: {
    legend: "A press sets",
    unknown: "Unknown",
    unknownHint:
      "Unknown points are examples of what is none of the classes. They are not learned; “auto” " +
      "raises its score where they lie, and no other score uses them.",
    erase: "Erase",
    shapes: "Or begin with",
    clear: "Clear",
  },
  shapes: {
    moons: "Moons",
    clusters: "Clusters",
    rings: "Rings",
    corners: "Corners",
    spirals: "Spirals",
  },

  plane: {
    classes: "Classes",
    score: "Score: the height of the unfamiliar",
    label: (n: number) =>
      `Map of the classes with ${count(n, "point", "points")}. Arrow keys move, Enter sets a ` +
      `point, ` +
      "Delete takes the nearest away.",
    scoreLabel: "Map of the score: blue is familiar, orange is unfamiliar.",
    keys:
      "Press or drag on the left map to set points. With the keyboard: arrow keys move (with " +
      "Shift in small steps), Enter sets a point, Delete takes the nearest away.",
    directions:
      "Some scores see only the direction from the middle, as suits embeddings: knn does. To it, " +
      "farther out is not stranger.",
  },

  readout: {
    point: "Point at a place to read what the head says there.",
    place: (x: number, y: number) => `x ${two.format(x)}, y ${two.format(y)}`,
    says: (place: string, name: string, probability: number, score: number) =>
      `${place}: ${name} with ${whole(probability)}, score ${three.format(score)}`,
    accepted: ", accepted",
    rejected: ", none of these",
  },

  controls: {
    layers: "Hidden layers",
    linear: "none",
    loss: "Loss",
    losses: { logitNorm: "LogitNorm", crossEntropy: "Cross-entropy" },
    tau: "Temperature τ",
    scorer: "Score",
    alpha: { before: "Reject at most", after: "of what it knows" },
    again: "Learn again",
    copy: "Copy the address",
    copied: "Copied",
  },

  status: {
    counts: (known: number, classes: number, unknown: number) =>
      `${count(known, "point", "points")} of ${count(classes, "class", "classes")}` +
      (unknown === 0 ? "" : `, ${number.format(unknown)} unknown`),
    empty: "Set points of two classes, or begin with a shape.",
    learning: (updates: number) => `Learning: ${number.format(updates)} updates`,
    ready: (accuracy: number) => `Learned. It names ${whole(accuracy)} of its points right.`,
    gate: (alpha: number, rows: number) =>
      `The gate turns away at most ${whole(alpha)} of new points like these, checked on ` +
      `${count(rows, "point", "points")} that were left out by turns.`,
    tooFew: (alpha: number, needs: number) =>
      `No gate yet: to promise ${whole(alpha)} it takes ${count(needs, "point", "points")}.`,
    failed: (why: string) => `It could not learn: ${why}`,
    progress: "Training progress",
  },
};

export type Words = typeof en;
