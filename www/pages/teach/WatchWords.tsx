import { text } from "../../shared/ui/texts";
import { judged } from "./judged";
import { backbones, live } from "./page";
import { VerdictText } from "./VerdictText";

/** A sentence to ask about, and the answer while it is typed. */
export function WatchWords() {
  const t = text.value;
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
          value={live.question.value}
          onInput={({ currentTarget: { value } }) => (live.question.value = value)}
        />
      </div>
      <div
        class="answer"
        data-answered={live.answered.value}
        data-loading={backbones.words.loading.value.kind}
      >
        <VerdictText />
      </div>
    </section>
  );
}
