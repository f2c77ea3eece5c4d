import type { Kind } from "../../shared/state/project";
import type { Texts } from "../../shared/ui/texts/en";

/** Well above the 19 rows that a promise of 5 % takes. */
const ENOUGH = 30;

export interface Hint {
  readonly words: string;
  /** Nothing is missing. */
  readonly fine: boolean;
}

/** What a class still lacks, the most pressing first. */
export function hintFor(
  kind: Kind,
  examples: number,
  sessions: number,
  { hints, kinds }: Texts,
): Hint {
  if (examples === 0) return { words: kinds[kind].empty, fine: false };
  if (examples < ENOUGH)
    return { words: hints.more(kinds[kind].count(ENOUGH - examples)), fine: false };
  if (kind === "pictures" && sessions === 1) return { words: hints.again, fine: false };
  return { words: hints.fine, fine: true };
}
