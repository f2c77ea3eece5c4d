import type { Rows } from "./rows";

/** The part of the plane that has all points. */
const VIEW = "-4 -4 8 8";

/** A tab's own rows as points, in the colours of their classes. */
export function Points({ rows: { features, labels }, label }: { rows: Rows; label: string }) {
  return (
    <svg class="points" viewBox={VIEW} role="img" aria-label={label}>
      {[...labels].map((kind, row) => (
        <circle
          key={row}
          cx={(features[2 * row] ?? 0).toFixed(2)}
          cy={(-(features[2 * row + 1] ?? 0)).toFixed(2)}
          r="0.16"
          class={`class-${kind}`}
        />
      ))}
    </svg>
  );
}
