import { text } from "../../shared/ui/texts";

/** The left end of the scale. */
const SMALLEST = 0.005;

/**
 * From rarely seen (left) to quite usual (right), in powers: what matters happens among the small
 * ones.
 */
const place = (p: number): number =>
  100 * (1 - Math.log(Math.max(SMALLEST, p)) / Math.log(SMALLEST));

/**
 * Where the p-value lies, and below which the answer is "none of these". The words beside it say
 * the same.
 */
export function PScale({ pValue, alpha }: { pValue: number | undefined; alpha: number }) {
  return (
    <div class="p-scale" aria-hidden="true">
      <div class="p-track">
        <span class="p-rejected" style={`width: ${place(alpha)}%`} />
        {pValue !== undefined && <span class="p-mark" style={`left: ${place(pValue)}%`} />}
      </div>
      <span class="p-text">{pValue === undefined ? "" : text.value.verdict.p(pValue)}</span>
    </div>
  );
}
