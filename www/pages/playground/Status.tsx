import { labelsOf, UNKNOWN, UPDATES } from "./lesson.mjs";
import { alpha, gate, map, points, stage, ungated } from "./page";
import { words } from "./texts";

/** How far the head has come, and what its gate promises. */
export function Status() {
  const { status: t } = words.value;
  const { value: now } = stage;
  const { length: known } = points.value.filter(({ label }) => label !== UNKNOWN);
  const unknown = points.value.length - known;
  return (
    <div class="status-block" data-stage={now.kind} data-scorer={map.value?.scorer}>
      <p class="counts">{t.counts(known, labelsOf(points.value).length, unknown)}</p>
      <progress
        aria-label={t.progress}
        max={1}
        value={now.kind === "learning" ? now.updates / UPDATES : now.kind === "empty" ? 0 : 1}
      />
      <p class="status">
        {now.kind === "empty" && t.empty}
        {now.kind === "learning" && t.learning(now.updates)}
        {now.kind === "ready" && t.ready(now.accuracy)}
      </p>
      <p class="hint gate-line">
        {gate.value !== undefined && t.gate(gate.value.alpha, gate.value.rows)}
        {ungated.value !== undefined &&
          t.tooFew(alpha.value, Math.ceil(1 / alpha.value - 1 - 1e-9))}
      </p>
      {now.kind === "failed" && (
        <p class="error" role="alert">
          {t.failed(now.error instanceof Error ? now.error.message : String(now.error))}
        </p>
      )}
    </div>
  );
}
