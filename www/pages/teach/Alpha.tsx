import { text } from "../../shared/ui/texts";
import { project } from "./page";

/** The one thing to choose: how often known things may be turned away. */
export function Alpha() {
  const t = text.value;
  const alpha = project.alpha.value;
  return (
    <div class="alpha">
      <label for="alpha">
        {t.alpha.before} <output for="alpha">{t.wholePercent(alpha)}</output> {t.alpha.after}
      </label>
      <input
        id="alpha"
        type="range"
        min="1"
        max="20"
        step="1"
        value={Math.round(alpha * 100)}
        aria-valuetext={t.wholePercent(alpha)}
        onInput={({ currentTarget: { value } }) => (project.alpha.value = Number(value) / 100)}
      />
    </div>
  );
}
