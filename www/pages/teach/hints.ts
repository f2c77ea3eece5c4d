import type { KindTexts, Texts } from "../../shared/ui/texts/en";

/** Well above the 19 rows that a promise of 5 % takes. */
const ENOUGH = 30;

export interface Hint {
  readonly words: string;
  /** Nothing is missing. */
  readonly fine: boolean;
}

/** What a class still lacks, the most pressing first. */
export function hintFor(
  isRecorded: boolean,
  examples: number,
  sessions: number,
  { empty, count, again }: KindTexts,
  { hints }: Texts,
): Hint {
  if (examples === 0) return { words: empty, fine: false };
  if (examples < ENOUGH) return { words: hints.more(count(ENOUGH - examples)), fine: false };
  if (isRecorded && sessions === 1) return { words: again, fine: false };
  return { words: hints.fine, fine: true };
}
