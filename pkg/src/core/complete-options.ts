import type { CompleteOptions, HeadOptions } from "../api/types.js";

/** Options that say where a head runs, and that the core does not keep. */
type Place = Pick<HeadOptions, "backend" | "worker">;

/** A head's options as the core has them, defaults included, and where it was asked to run. */
export function completeOptions(kept: HeadOptions, { backend, worker }: Place): CompleteOptions {
  const options = rounded(kept) as CompleteOptions;
  return { ...options, backend: backend ?? "auto", worker: worker ?? false };
}

/** A copy whose numbers of single precision are as short as a caller wrote them: 0.04. */
function rounded(value: unknown): unknown {
  if (typeof value === "number") return shortest(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(rounded);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rounded(inner)]));
}

/** The shortest decimal number that has the same single precision; others as they are. */
function shortest(number: number): number {
  if (Math.fround(number) !== number || !Number.isFinite(number)) return number;
  // 9 digits tell all numbers of single precision apart.
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(number.toPrecision(digits));
    if (Math.fround(short) === number) return short;
  }
  return number;
}
