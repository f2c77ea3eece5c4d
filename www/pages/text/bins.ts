/** Two sets of scores counted over the same bins. */
export interface Bins {
  /** Left and right end of the axis. */
  readonly from: number;
  readonly to: number;
  /** Edges of the bins, one more than bins. */
  readonly edges: readonly number[];
  /** Share of each set in each bin. */
  readonly inScope: readonly number[];
  readonly outOfScope: readonly number[];
}

/** Share of all scores that may lie beyond either end of the axis, so that a few extreme ones do not squeeze the rest. */
const BEYOND = 0.002;

/** Scores beyond an end are counted in its last bin. `always` are scores that the axis has to show. */
export function binScores(inScope: Float32Array, outOfScope: Float32Array, count: number, ...always: number[]): Bins {
  const all = new Float32Array(inScope.length + outOfScope.length);
  all.set(inScope);
  all.set(outOfScope, inScope.length);
  all.sort();
  const at = (share: number): number => all[Math.round(share * (all.length - 1))] as number;
  let from = Math.min(at(BEYOND), ...always);
  let to = Math.max(at(1 - BEYOND), ...always);
  if (!(to > from)) [from, to] = [from - 0.5, to + 0.5];

  const edges = Array.from({ length: count + 1 }, (_, i) => from + ((to - from) * i) / count);
  const shares = (scores: Float32Array): number[] => {
    const found = new Array<number>(count).fill(0);
    for (const score of scores) {
      const bin = Math.min(count - 1, Math.max(0, Math.floor(((score - from) / (to - from)) * count)));
      found[bin] = (found[bin] as number) + 1 / scores.length;
    }
    return found;
  };
  return { from, to, edges, inScope: shares(inScope), outOfScope: shares(outOfScope) };
}
