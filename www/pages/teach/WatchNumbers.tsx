import { useSignal, useSignalEffect } from "@preact/signals";
import { text } from "../../shared/ui/texts";
import { judged } from "./judged";
import { kindText, live, project } from "./page";
import { VerdictText } from "./VerdictText";

/** A field for each column, and the answer to what stands in them. */
export function WatchNumbers() {
  const columns = project.columns.value;
  const values = useSignal<readonly string[]>([]);
  // The last row that was taught is there to begin with: the answer to it is known, and can be
  // moved away from.
  useSignalEffect(() => {
    const last = project.examples.value.at(-1);
    const width = project.columns.value.length;
    if (values.peek().length !== width)
      values.value = last?.words?.split(", ") ?? Array<string>(width).fill("");
  });
  useSignalEffect(() => {
    live.question.value = values.value.join("; ");
  });
  const { kind, colour } = judged.value;
  return (
    <section
      class={`watch watch-words verdict-${kind}`}
      style={colour === undefined ? "" : `--colour: var(--class-${colour})`}
      aria-label={text.value.tryNumbers}
    >
      <div class="viewer number-fields">
        {columns.length === 0 && <p class="hint">{kindText.value.nothing}</p>}
        {columns.map((name, i) => (
          <label key={i} class="field">
            {name}
            <input
              type="number"
              step="any"
              value={values.value[i] ?? ""}
              onInput={({ currentTarget: { value } }) =>
                (values.value = values.value.with(i, value))
              }
            />
          </label>
        ))}
      </div>
      <div class="answer" data-answered={live.answered.value} data-loading="ready">
        <VerdictText />
      </div>
    </section>
  );
}
