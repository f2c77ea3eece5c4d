import type { Texts } from "../../shared/ui/texts/en";

/** From so many examples on a class is well enough known to go on to the next. */
const ENOUGH = 10;

export interface Hint {
  readonly words: string;
  /** Nothing is missing. */
  readonly fine: boolean;
}

/** What a class still lacks, the most pressing first. */
export function hintFor(examples: number, sessions: number, { hints }: Texts): Hint {
  if (examples === 0) return { words: hints.empty, fine: false };
  if (examples < ENOUGH) return { words: hints.more(ENOUGH - examples), fine: false };
  if (sessions === 1) return { words: hints.again, fine: false };
  return { words: hints.fine, fine: true };
}
