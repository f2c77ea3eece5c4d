import * as format from "../../shared/ui/format";
import { say } from "./say";

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
  mark.textContent = accepted ? say("Accepted") : say("Rejected");
  const answer = document.createElement("b");
  answer.textContent = accepted ? format.intent(intent) : say("I do not know this");
  const would = say(
    "if it had to name one: {0}, {1}",
    format.intent(intent),
    format.percent(probability),
  );
  const sure = accepted ? say("probability {0}", format.percent(probability)) : would;
  return [mark, " ", answer, ` ${say("(p-value {0}, {1})", format.pValue(pValue), sure)}`];
}
