import { useSignal, type Signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { TaughtClass } from "../../shared/state/project";
import { linesOf } from "../../shared/state/lines";
import { text } from "../../shared/ui/texts";
import { addWords } from "./files";
import { kindText, project } from "./page";
import { addNumbers } from "./table";

/**
 * Takes a sentence, or the numbers of an example, a line: typed and ended with Enter, or many
 * pasted, which are counted before they are added.
 */
export function LineInput({ of }: { of: TaughtClass }) {
  const t = text.value;
  const draft = useSignal("");
  const pasted = useSignal<readonly string[]>([]);
  const field = useRef<HTMLInputElement>(null);
  if (pasted.value.length > 0) {
    const end = (lines?: readonly string[]): void => {
      pasted.value = [];
      if (lines !== undefined) add(of.id, lines.join("\n"));
      requestAnimationFrame(() => field.current?.focus());
    };
    return <Pasted of={of} pasted={pasted} onEnd={end} />;
  }
  return (
    <form
      class="words-input"
      onSubmit={(event) => {
        event.preventDefault();
        add(of.id, draft.value);
        draft.value = "";
      }}
    >
      <input
        ref={field}
        type="text"
        maxLength={500}
        autocomplete="off"
        aria-label={kindText.value.add(of.name)}
        placeholder={kindText.value.addHint}
        value={draft.value}
        onInput={({ currentTarget: { value } }) => (draft.value = value)}
        onPaste={(event) => {
          // A field of one line would join them into one.
          const lines = linesOf(event.clipboardData?.getData("text/plain") ?? "");
          if (lines.length < 2) return;
          event.preventDefault();
          pasted.value = lines;
        }}
      />
      <button type="submit">{t.addWordsButton}</button>
    </form>
  );
}

function add(classId: string, lines: string): void {
  if (project.kind.value === "numbers") addNumbers(classId, lines);
  else void addWords(classId, lines);
}

/** What the lines that were pasted would add. */
function Pasted({
  of,
  pasted,
  onEnd,
}: {
  of: TaughtClass;
  pasted: Signal<readonly string[]>;
  onEnd: (lines?: readonly string[]) => void;
}) {
  const t = text.value.pasted;
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => button.current?.focus(), []);
  const lines = pasted.value;
  const known = new Set(project.examplesOf(of.id).map(({ words }) => words));
  const fresh =
    project.kind.value === "words" ? [...new Set(lines)].filter((line) => !known.has(line)) : lines;
  return (
    <div class="pasted" role="group" aria-label={kindText.value.add(of.name)}>
      <p class="hint">
        {fresh.slice(0, lines.length > fresh.length ? 1 : 2).map((line) => (
          <span key={line} class="pasted-line">
            {line}
          </span>
        ))}
        {fresh.length > 2 && lines.length === fresh.length && <span class="pasted-line">…</span>}
        {lines.length > fresh.length && t.known(kindText.value.count(lines.length - fresh.length))}
      </p>
      <button ref={button} type="button" class="primary" onClick={() => onEnd(fresh)}>
        {t.add(kindText.value.count(fresh.length))}
      </button>
      <button type="button" class="quiet" onClick={() => onEnd()}>
        {text.value.clearSelection}
      </button>
    </div>
  );
}
