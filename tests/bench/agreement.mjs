// Whether the sides did the same work.

/** Steps whose losses are compared. */
export const checkedSteps = 5;
/** Largest relative difference of two losses that counts as none. */
export const tolerance = 1e-3;

/** Largest relative difference of the sides' losses over the first steps: times compare only if the work is the same. */
export function disagreement(sides) {
  const paths = sides.map((losses) => losses.slice(0, checkedSteps));
  const largest = Math.max(...paths.flatMap((path) => path.map((loss, i) => Math.abs(loss / paths[0][i] - 1))));
  if (largest < tolerance) return largest;
  const shown = paths.map((path) => path.map((loss) => loss.toPrecision(6)).join(", "));
  throw new Error(`The sides do not do the same work: their losses are ${shown.join("; ")}.`);
}
