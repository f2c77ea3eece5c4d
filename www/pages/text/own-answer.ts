import * as format from "../../shared/ui/format";

/** What the head on show says of one sentence. */
export interface OwnVerdict {
  readonly intent: string;
  readonly probability: number;
  readonly score: number;
  readonly pValue: number;
}

/** Answers features of sentences; undefined while there is no head that could. */
export type Ask = (features: Float32Array) => Promise<readonly OwnVerdict[] | undefined>;

/** The answer to a sentence at this threshold, in words. */
export function answerTo(verdict: OwnVerdict, threshold: number): (Node | string)[] {
  const { intent, probability, score, pValue } = verdict;
  const accepted = score <= threshold;
  const mark = document.createElement("span");
  mark.className = `mark ${accepted ? "accepted" : "rejected"}`;
  mark.textContent = accepted ? "Accepted" : "Rejected";
  const answer = document.createElement("b");
  answer.textContent = accepted ? format.intent(intent) : "I do not know this";
  const would = `if it had to name one: ${format.intent(intent)}, ${format.percent(probability)}`;
  const sure = accepted ? `probability ${format.percent(probability)}` : would;
  return [mark, " ", answer, ` (p-value ${format.pValue(pValue)}, ${sure})`];
}
