import { computed } from "@preact/signals";
import type { Verdict } from "../../shared/state/model";
import { live, project, sensor, teacher } from "./page";

/** The verdict as the page shows it. */
export interface Judged {
  readonly kind: "nothing" | "waiting" | "known" | "unknown" | "unchecked";
  /** The class that it names, or would if it had to. */
  readonly name: string;
  /** Which of the page's colours, for what is named. */
  readonly colour?: number;
  readonly verdict?: Verdict;
}

export const judged = computed((): Judged => {
  if (teacher.taught.value === undefined) return { kind: "nothing", name: "" };
  const verdict = live.verdict.value;
  const looking = sensor.value.state.value === "on" || live.asked.value !== undefined;
  const found = project.classes.value.find(({ id }) => id === verdict?.classId);
  if (verdict === undefined || found === undefined || !looking)
    return { kind: "waiting", name: "" };
  const { name, colour } = found;
  if (verdict.gate === undefined) return { kind: "unchecked", name, colour, verdict };
  return verdict.gate.accepted
    ? { kind: "known", name, colour, verdict }
    : { kind: "unknown", name, verdict };
});
