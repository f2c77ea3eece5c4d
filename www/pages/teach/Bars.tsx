import { text } from "../../shared/ui/texts";
import { judged } from "./judged";
import { project, teacher } from "./page";

/** The probability of each class. Paler where the gate says that it is none of them. */
export function Bars() {
  const t = text.value;
  const { verdict, kind } = judged.value;
  const order = teacher.taught.value?.classes ?? [];
  return (
    <div
      class={`bars${kind === "unknown" ? " rejected" : ""}`}
      role="group"
      aria-label={t.verdict.bars}
    >
      {project.classes.value.map((c) => {
        const index = order.indexOf(c.id);
        const probability = index < 0 ? undefined : verdict?.probabilities[index];
        const share = probability ?? 0;
        return (
          <div
            key={c.id}
            class={`bar${c.on ? "" : " is-off"}`}
            style={`--colour: var(--class-${c.colour})`}
          >
            <span class="bar-name">{c.name}</span>
            <span class="bar-track" aria-hidden="true">
              <span class="bar-fill" style={`transform: scaleX(${share.toFixed(4)})`} />
            </span>
            <span class="bar-share">{probability === undefined ? "–" : t.wholePercent(share)}</span>
          </div>
        );
      })}
    </div>
  );
}
