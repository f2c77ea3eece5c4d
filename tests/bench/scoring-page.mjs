// Scores in the page: ours and those of tfjs of the same rows under the same weights, turn by turn.

import { uniform } from "../lib/random.mjs";
import { makeCentres, makeRows } from "./rows.mjs";
import { quantile, spread } from "./samples.mjs";
import { openScorers } from "./scoring-tfjs.mjs";

// They are made for features of at least 0.
const forNonNegative = ["ash", "scale"];
// Relative to the spread of the scores: what matters of them is their order.
const tolerance = 1e-3;

let opened;

const absolute = ({ x, labels }) => ({ x: x.map(Math.abs), labels });

/** Makes the rows, trains a head on them, and prepares what tfjs compares with. */
export async function openScoring({ setup, backend, withTfjs }) {
  const random = uniform(3);
  const centres = makeCentres(setup, random);
  const [train, queries] = [setup.rows, setup.queries].map((count) => makeRows(count, setup, centres, random));
  const { openHead } = await import("./oodgate-side.mjs");
  const head = await openHead(backend, setup, train);
  const theirs = withTfjs ? openScorers({ ...setup, train, weights: await head.weights() }) : undefined;
  opened = { head, theirs, rows: { train, queries }, nonNegative: { train: absolute(train), queries: absolute(queries) } };
}

async function timed(score) {
  await new Promise((done) => setTimeout(done));
  const started = performance.now();
  const scores = await score();
  return { scores, time: performance.now() - started };
}

/** Largest difference, in units of what lies between the scores' first and last tenth. */
function disagreement(ours, theirs, scorer) {
  const width = quantile(ours, 0.9) - quantile(ours, 0.1);
  const largest = ours.reduce((most, score, row) => Math.max(most, Math.abs(score - theirs[row])), 0) / width;
  if (largest < tolerance) return largest;
  const shown = [ours, theirs].map((scores) => [...scores.slice(0, 5)].map((score) => score.toPrecision(6)).join(", "));
  throw new Error(`${scorer}: the sides' scores differ by ${largest.toPrecision(2)} of their spread: ${shown.join("; ")}.`);
}

/** First call, which fits, and following ones, of ours and, where it has such a score, of tfjs. */
export async function measureScorer({ scorer, limits }) {
  const { head, theirs } = opened;
  const { train, queries } = forNonNegative.includes(scorer) ? opened.nonNegative : opened.rows;
  // Forgets what was fitted for the scorers before, some of which share it.
  await head.remember(train);
  const ours = () => head.score(queries.x, scorer);
  const other = theirs?.[scorer] && (() => theirs.score(queries.x, scorer));
  const first = await timed(ours);
  if (!first.scores.every(Number.isFinite)) throw new Error(`${scorer}: scores that are not finite.`);
  const difference = other && disagreement(first.scores, await other(), scorer);

  const [ourTimes, theirTimes] = [[], []];
  const end = performance.now() + limits.atMostMs;
  while (ourTimes.length < limits.repetitions && (ourTimes.length < limits.atLeast || performance.now() < end)) {
    ourTimes.push((await timed(ours)).time);
    if (other) theirTimes.push((await timed(other)).time);
  }
  return { first: first.time, ours: spread(ourTimes), theirs: other && spread(theirTimes), difference };
}

export function closeScoring() {
  opened.head.close();
  opened.theirs?.close();
  opened = undefined;
}
