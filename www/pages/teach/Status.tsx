import type { Check } from "../../shared/state/model";
import { text } from "../../shared/ui/texts";
import type { Texts } from "../../shared/ui/texts/en";
import { kindText, live, project, sensor, teacher } from "./page";

/** What was learned, from how much, and what its promise still lacks. */
export function Status() {
  const t = text.value;
  const lesson = teacher.lesson.value;
  const taught = teacher.taught.value;
  teacher.promised.value;
  const fault = live.fault.value;
  const rate = sensor.value.state.value === "on" ? live.rate.value : 0;
  return (
    <div class="status-block">
      <p
        class="hint"
        data-lesson={lesson.kind}
        data-ms={lesson.kind === "ready" ? Math.round(lesson.milliseconds) : ""}
      >
        {words(t)}
      </p>
      {taught !== undefined && <Promise check={taught.check} hasGate={taught.hasGate} />}
      <p class="hint rate">{rate > 0 && t.training.rate(rate)}</p>
      {fault !== undefined && (
        <p class="error" role="alert">
          {t.training.failed(messageOf(fault))}
        </p>
      )}
    </div>
  );

  function words({ training }: Texts): string {
    if (lesson.kind === "idle") return training.idle;
    if (lesson.kind === "learning") return training.training;
    if (lesson.kind === "failed") return training.failed(messageOf(lesson.error));
    if (taught === undefined) return "";
    const { rows, hasGate } = taught;
    const say = hasGate ? training.ready : training.plain;
    return say(kindText.value.count(rows), lesson.milliseconds);
  }
}

/** Where the promise cannot be kept, or is only half of one. */
function Promise({ check, hasGate }: { check: Check; hasGate: boolean }) {
  const t = text.value.training;
  if (!hasGate) {
    // In whole percents, as it can be chosen.
    const allowed = Math.ceil(check.allows * 100) / 100;
    return (
      <div class="note">
        <p>{t.tooFew(check.alpha, check.rows, kindText.value.count(check.needs))}</p>
        {allowed <= 0.2 && (
          <button type="button" onClick={() => (project.alpha.value = allowed)}>
            {t.useAllowed(allowed)}
          </button>
        )}
      </div>
    );
  }
  if (check.provisional.length === 0) return null;
  return <p class="note">{t.provisional(check.provisional.map((id) => project.nameOf(id)))}</p>;
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
