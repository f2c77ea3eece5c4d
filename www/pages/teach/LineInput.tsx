import { useSignal } from "@preact/signals";
import type { TaughtClass } from "../../shared/state/project";
import { text } from "../../shared/ui/texts";
import { addWords } from "./files";
import { kindText, project } from "./page";
import { addNumbers } from "./table";

/**
 * Takes a sentence, or the numbers of an example, a line: typed and ended with Enter, or many
 * pasted.
 */
export function LineInput({ of }: { of: TaughtClass }) {
  const t = text.value;
  const draft = useSignal("");
  const add = (words: string): void => {
    draft.value = "";
    if (project.kind.value === "numbers") addNumbers(of.id, words);
    else void addWords(of.id, words);
  };
  return (
    <form
      class="words-input"
      onSubmit={(event) => {
        event.preventDefault();
        add(draft.value);
      }}
    >
      <input
        type="text"
        maxLength={500}
        autocomplete="off"
        aria-label={kindText.value.add(of.name)}
        placeholder={kindText.value.addHint}
        value={draft.value}
        onInput={({ currentTarget: { value } }) => (draft.value = value)}
        onPaste={(event) => {
          // A field of one line would join them into one.
          const pasted = event.clipboardData?.getData("text/plain") ?? "";
          if (!/\r?\n/.test(pasted.trim())) return;
          event.preventDefault();
          add(pasted);
        }}
      />
      <button type="submit">{t.addWordsButton}</button>
    </form>
  );
}
