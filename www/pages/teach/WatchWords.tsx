import { useSignal, useSignalEffect } from "@preact/signals";
import { text } from "../../shared/ui/texts";
import { judged } from "./judged";
import { backbones, live, project } from "./page";
import { VerdictText } from "./VerdictText";

/** A sentence to ask about, and the answer while it is typed. */
export function WatchWords() {
  const t = text.value;
  const words = useSignal("");
  useSignalEffect(() => {
    live.askWords(words.value).catch((error: unknown) => (live.fault.value = error));
  });
  useSignalEffect(() => {
    project.id.value;
    words.value = "";
  });
  const { kind, colour } = judged.value;
  return (
    <section
      class={`watch watch-words verdict-${kind}`}
      style={colour === undefined ? "" : `--colour: var(--class-${colour})`}
      aria-label={t.tryWords}
    >
      <div class="viewer">
        <textarea
          rows={4}
          maxLength={500}
          aria-label={t.askWords}
          placeholder={t.askWordsHint}
          value={words.value}
          onInput={({ currentTarget: { value } }) => (words.value = value)}
        />
      </div>
      <div class="answer" data-answers={live.answers.value} data-loading={backbones.words.loading.value.kind}>
        <VerdictText />
      </div>
    </section>
  );
}
