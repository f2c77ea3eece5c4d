// What is trained, on what and how: for this page, for the script that measures its table
// (../../data/measure_logitnorm.mjs), and for the tests.

export const SIDE = 28;
export const PIXELS = SIDE * SIDE;
export const BATCH = 128;
const LEARNING_RATE = 1e-3;
/** "auto" compares with so many training rows: twice as many take twice as long, for a point. */
export const COMPARED = 2000;

/** Widths of the hidden layers. */
export const architectures = { linear: [], one: [128], two: [256, 128] };

/** What the networks are taught, and what they meet without having been taught it. */
export const settings = ["digits", "leftOut", "reversed"];
/** Classes that "leftOut" keeps from the networks. */
const LEFT_OUT = [2, 5, 8];
/** Of the UCI digits, in their order: people who wrote later rows did not write earlier ones. */
const DIGITS_TRAINED = 1200;
const DIGITS_CALIBRATED = 1400;

/** Both networks, but for the loss, get the same. */
export const headOptions = ({ classes, architecture, loss, tau, seed }) => ({
  features: PIXELS,
  classes,
  hidden: architectures[architecture],
  loss: loss === "logitNorm" ? { kind: "logitNorm", tau } : { kind: "crossEntropy" },
  optimizer: { kind: "adamw", learningRate: LEARNING_RATE },
  // The paper's networks see pixels as they are.
  standardize: false,
  backend: "cpu",
  seed,
});

/** Falls as a cosine does, to nothing after the last step. */
export const learningRate = (step, steps) =>
  LEARNING_RATE * 0.5 * (1 + Math.cos((Math.PI * step) / steps));

/**
 * The lowest value that LogitNorm's loss can take, whatever the network: among logits of length 1,
 * the right one is at most sqrt(K / (K - 1)) above the others. (The paper's bound, with 2 in place
 * of that root, lies lower, and no network reaches it.)
 */
export const lowestLoss = (classes, tau) =>
  Math.log1p((classes - 1) * Math.exp(-Math.sqrt(classes / (classes - 1)) / tau));

/** As many as 12,000 pictures make. What is called an epoch goes through fewer several times. */
export const UPDATES_AN_EPOCH = 94;

/** The batch of each step of a training: all rows, in another order each time. */
export function batches(set, seed) {
  const perPass = Math.ceil(set.rows / BATCH);
  let [pass, order] = [-1, new Uint32Array()];
  return (step) => {
    const now = Math.floor(step / perPass);
    if (now !== pass) [pass, order] = [now, shuffled(set.rows, 1 + seed * 1009 + now)];
    const begin = (step % perPass) * BATCH;
    return gather(set, order.subarray(begin, begin + BATCH));
  };
}

/** Row numbers in an order that depends on the seed alone. */
function shuffled(rows, seed) {
  const random = randomNumbers(seed);
  const order = Uint32Array.from({ length: rows }, (_, i) => i);
  for (let i = rows - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** mulberry32: from 0 to 1. */
function randomNumbers(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Parts of the data for one setting. `tensors` has the file's tensors by name; a set writes a row
 * as pixels from 0 to 1.
 */
export function experiment(tensors, setting) {
  const clothes = (split) => clothesOf(tensors[`${split}.pixels`], tensors[`${split}.labels`]);
  const digits = digitsOf(tensors["digits.pixels"], tensors["digits.labels"]);
  const [train, val, test] = ["train", "val", "test"].map(clothes);
  if (setting === "digits") return { classes: range(10), train, val, test, unknown: digits };
  if (setting === "reversed") {
    return {
      classes: range(10),
      train: part(digits, (row) => row < DIGITS_TRAINED),
      val: part(digits, (row) => row >= DIGITS_TRAINED && row < DIGITS_CALIBRATED),
      test: part(digits, (row) => row >= DIGITS_CALIBRATED),
      unknown: test,
    };
  }
  const classes = range(10).filter((label) => !LEFT_OUT.includes(label));
  const kept = (set) => {
    const known = part(set, (_, label) => classes.includes(label));
    return { ...known, labels: known.labels.map((label) => classes.indexOf(label)) };
  };
  const unknown = part(test, (_, label) => LEFT_OUT.includes(label));
  return { classes, train: kept(train), val: kept(val), test: kept(test), unknown };
}

const range = (count) => Array.from({ length: count }, (_, i) => i);

/** Of two pixels a byte, 16 levels each. */
const clothesOf = (packed, labels) => ({
  rows: labels.length,
  labels: Int32Array.from(labels),
  write(row, into, at) {
    const begin = (row * PIXELS) / 2;
    for (let i = 0; i < PIXELS / 2; i++) {
      const byte = packed[begin + i];
      into[at + 2 * i] = (byte >> 4) / 15;
      into[at + 2 * i + 1] = (byte & 15) / 15;
    }
  },
});

/** Of 8 x 8 pixels from 0 to 16: enlarged to the 20 x 20 of MNIST's digits, in the middle. */
const digitsOf = (pixels, labels) => ({
  rows: labels.length,
  labels: Int32Array.from(labels),
  write(row, into, at) {
    const value = (x, y) => pixels[row * 64 + clamp(y, 0, 7) * 8 + clamp(x, 0, 7)] / 16;
    into.fill(0, at, at + PIXELS);
    for (let y = 0; y < 20; y++) {
      for (let x = 0; x < 20; x++) {
        const [fx, fy] = [(x + 0.5) * 0.4 - 0.5, (y + 0.5) * 0.4 - 0.5];
        const [x0, y0] = [Math.floor(fx), Math.floor(fy)];
        const [dx, dy] = [fx - x0, fy - y0];
        const upper = value(x0, y0) * (1 - dx) + value(x0 + 1, y0) * dx;
        const lower = value(x0, y0 + 1) * (1 - dx) + value(x0 + 1, y0 + 1) * dx;
        const grey = upper * (1 - dy) + lower * dy;
        into[at + (y + 4) * SIDE + x + 4] = clamp(0.5 + SHARPEN * (grey - 0.5), 0, 1);
      }
    }
  },
});

/** A pen's strokes have edges; enlarging blurs them. */
const SHARPEN = 2;

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** Rows of a set that are wanted, as a set. */
function part(set, isWanted) {
  const wanted = range(set.rows).filter((row) => isWanted(row, set.labels[row]));
  return {
    rows: wanted.length,
    labels: Int32Array.from(wanted, (row) => set.labels[row]),
    write: (row, into, at) => set.write(wanted[row], into, at),
  };
}

/** Rows of a set, [rows, 784], and their labels. */
function gather(set, order) {
  const features = new Float32Array(order.length * PIXELS);
  const labels = new Int32Array(order.length);
  order.forEach((row, i) => {
    set.write(row, features, i * PIXELS);
    labels[i] = set.labels[row];
  });
  return { features, labels };
}

export const everyRow = (set) =>
  gather(
    set,
    Uint32Array.from({ length: set.rows }, (_, i) => i),
  );

/** So many rows, evenly spaced over all of them. */
export function some(set, count) {
  const rows = Math.min(set.rows, count);
  return gather(
    set,
    Uint32Array.from({ length: rows }, (_, i) => Math.floor((i * set.rows) / rows)),
  );
}
