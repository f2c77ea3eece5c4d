const WIDTH = 320;
const HEIGHT = 130;
const LEFT = 46;

/** Shares by rounds as a line, with another as a level. */
export function Curve({
  label,
  values,
  rounds,
  level,
}: {
  label: string;
  values: readonly number[];
  rounds: number;
  level?: { share: number; name: string } | undefined;
}) {
  const x = (index: number): number =>
    LEFT + ((WIDTH - LEFT - 8) * index) / Math.max(rounds - 1, 1);
  const y = (share: number): number => 8 + (HEIGHT - 16) * (1 - share);
  const points = values.map((share, index) => `${x(index).toFixed(1)},${y(share).toFixed(1)}`);
  const [lastX, lastY] = points.at(-1)?.split(",") ?? [];
  return (
    <svg class="curve" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <line class="grid" x1={LEFT} x2={WIDTH - 8} y1={y(share)} y2={y(share)} />
          <text x={LEFT - 6} y={y(share) + 4} text-anchor="end">
            {100 * share} %
          </text>
        </g>
      ))}
      {level !== undefined && (
        <>
          <line class="level" x1={LEFT} x2={WIDTH - 8} y1={y(level.share)} y2={y(level.share)} />
          <text x={WIDTH - 8} y={y(level.share) + 14} text-anchor="end">
            {level.name}
          </text>
        </>
      )}
      <polyline class="line" points={points.join(" ")} />
      {lastX !== undefined && <circle class="dot" cx={lastX} cy={lastY} r="3.5" />}
    </svg>
  );
}
