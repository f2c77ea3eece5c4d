import { useSignal } from "@preact/signals";
import type { TaughtClass } from "../../shared/state/project";
import { text } from "../../shared/ui/texts";
import { addWords } from "./files";

/** Takes a sentence a line: typed and ended with Enter, or many pasted. */
export function WordsInput({ of }: { of: TaughtClass }) {
  const t = text.value;
  const draft = useSignal("");
  const add = (words: string): void => {
    draft.value = "";
    void addWords(of.id, words);
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
        aria-label={t.addWords(of.name)}
        placeholder={t.addWordsHint}
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
