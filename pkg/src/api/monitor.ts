import { OodgateError } from "./errors.js";
import type { Calibration, Monitor, MonitorOptions } from "./types.js";

/**
 * Stakes between which a bettor moves; 0 bets nothing. All of them bet on small p-values: where
 * scores are tied, p-values are larger than uniform ones, and only bets on small ones stay fair.
 */
const STAKES = [0, -1, -2];
/** Share of each bettor's capital that is spread over all of them after each row. */
const JUMP = 0.01;
/** Capital beyond this is kept as its logarithm, so that it never overflows. */
const LARGE = 1e100;

/**
 * The p-values of an unmoved stream are not independent: they all rank rows among the same
 * calibration rows. What is exact is how often each rank comes. With n calibration rows there are
 * n + 1 ranks, and the next row has rank r with probability (1 + rows of rank r so far) / (n + 1 +
 * rows so far): Polya's urn. A p-value that ranks the next row among calibration rows and all rows
 * so far, ties broken by chance, is therefore uniform and independent of those before. Bets on it
 * win nothing on average (the "simple jumper" of Vovk et al., "Retrain or not retrain: conformal
 * test martingales for change-point detection", COPA 2021), and by Ville's inequality the capital
 * of at most the share alpha of unmoved streams ever passes 1 / alpha.
 */
class ConformalMonitor implements Monitor {
  readonly #ranks: number;
  readonly #limit: number;
  /** Rows so far of each rank. */
  #counts: Float64Array;
  #rows = 0;
  #capitals = STAKES.map(() => 1 / STAKES.length);
  /** Logarithm of what was taken out of the capitals. */
  #scale = 0;
  #alarm = false;
  #random = uniform();

  constructor(calibrationRows: number, alpha: number) {
    this.#ranks = calibrationRows + 1;
    this.#limit = Math.log(1 / alpha);
    this.#counts = new Float64Array(this.#ranks);
  }

  observe(pValues: ArrayLike<number>): void {
    for (const value of checked(pValues)) this.#bet(this.#online(value));
  }

  get evidence(): number {
    return Math.exp(this.#logarithm());
  }

  get alarm(): boolean {
    return this.#alarm;
  }

  reset(): void {
    this.#counts = new Float64Array(this.#ranks);
    this.#rows = 0;
    this.#capitals = STAKES.map(() => 1 / STAKES.length);
    this.#scale = 0;
    this.#alarm = false;
    this.#random = uniform();
  }

  /** The row's p-value among the calibration rows and all rows so far. */
  #online(value: number): number {
    // A p-value is a rank, counted from 1, over their number, rounded to single precision;
    // interpolated ones lie in between.
    const place = Math.ceil(value * this.#ranks * (1 - 2 ** -22));
    const rank = Math.min(Math.max(place, 1), this.#ranks) - 1;
    let below = 0;
    for (let other = 0; other < rank; other++) below += 1 + (this.#counts[other] as number);
    const own = 1 + (this.#counts[rank] as number);
    const online = (below + this.#random() * own) / (this.#ranks + this.#rows);
    this.#counts[rank] = own;
    this.#rows += 1;
    return online;
  }

  #bet(pValue: number): void {
    const won = this.#capitals.map((capital, bettor) => {
      return capital * (1 + (STAKES[bettor] as number) * (pValue - 0.5));
    });
    const sum = won.reduce((total, capital) => total + capital, 0);
    const shared = (JUMP * sum) / STAKES.length;
    this.#capitals = won.map((capital) => (1 - JUMP) * capital + shared);
    if (sum > LARGE || sum < 1 / LARGE) {
      this.#capitals = this.#capitals.map((capital) => capital / sum);
      this.#scale += Math.log(sum);
    }
    this.#alarm ||= this.#logarithm() >= this.#limit;
  }

  #logarithm(): number {
    return this.#scale + Math.log(this.#capitals.reduce((total, capital) => total + capital, 0));
  }
}

function checked(values: ArrayLike<number>): number[] {
  const isList = typeof values === "object" && values !== null && typeof values.length === "number";
  if (!isList) throw refusal("pValues", "an array of p-values", values);
  const copy = Array.from(values);
  // All of them before the first counts: a refused call changes nothing.
  for (const [row, value] of copy.entries()) {
    const isPValue = typeof value === "number" && value >= 0 && value <= 1;
    if (!isPValue) throw refusal(`pValues[${row}]`, "a p-value, in [0, 1]", value);
  }
  return copy;
}

function refusal(argument: string, expected: string, got: unknown): OodgateError {
  const shown = typeof got === "number" || got === null ? got : typeof got;
  return new OodgateError("invalid-option", `${argument}: expected ${expected}, got ${shown}`);
}

/** Numbers in [0, 1), the same for every monitor (mulberry32). */
function uniform(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A monitor of the p-values that a gate with this calibration gives. */
export function monitorOf(
  calibration: Calibration | undefined,
  options: MonitorOptions = {},
): Monitor {
  if (typeof options !== "object" || options === null) throw refusal("options", "an object", options);
  const unknown = Object.keys(options).find((key) => key !== "alpha");
  if (unknown !== undefined) {
    const message = `options: expected only alpha, got ${JSON.stringify(unknown)}`;
    throw new OodgateError("invalid-option", message);
  }
  const { alpha = 0.01 } = options;
  if (!(typeof alpha === "number" && alpha > 0 && alpha < 1)) {
    throw refusal("options.alpha", "a number in (0, 1)", alpha);
  }
  if (calibration === undefined) {
    throw new OodgateError("not-calibrated", "monitor needs calibrate() first");
  }
  if (calibration.thresholds !== undefined) {
    const reason = "largest p-values over the classes are not those of one ranking";
    const message = `monitor needs a calibration without perClass: ${reason}`;
    throw new OodgateError("not-calibrated", message);
  }
  return new ConformalMonitor(calibration.rows, alpha);
}
