import type { Calibration } from "oodgate";
import { byId, setText } from "../../shared/ui/dom";
import * as format from "../../shared/ui/format";

interface Rejections {
  readonly rows: number;
  readonly rejected: number;
}

export interface Readouts {
  /** Undefined when the threshold is not the calibrated one: then nothing is promised. */
  readonly calibration: Calibration | undefined;
  readonly inScope: Rejections;
  readonly outOfScope: Rejections;
}

/** What the calibration promised, and beside it what happens to the test sentences. */
export function showReadouts({ calibration, inScope, outOfScope }: Readouts): void {
  setText(byId("promised"), calibration === undefined ? "none" : format.percent(calibration.alpha));
  setText(byId("observed"), share(inScope));
  setText(byId("observed-count"), counts(inScope));
  setText(byId("rejected"), share(outOfScope));
  setText(byId("rejected-count"), counts(outOfScope));
  byId("promised").dataset["state"] = calibration === undefined ? "none" : "given";
  setText(byId("promise-note"), calibration === undefined ? "Threshold moved by hand: no promise." : (calibration.warning ?? chance(calibration, inScope)));
}

const share = ({ rows, rejected }: Rejections): string => format.percent(rejected / rows);
const counts = ({ rows, rejected }: Rejections): string => `${format.count(rejected)} of ${format.count(rows)}`;

/** How far the two may lie apart: two standard deviations of the difference, as both sets of sentences are samples. */
function chance({ alpha, rows }: Calibration, observed: Rejections): string {
  const spread = 2 * Math.sqrt(alpha * (1 - alpha) * (1 / rows + 1 / observed.rows));
  const points = `${(100 * spread).toFixed(1)}\u00a0points`;
  return Math.abs(observed.rejected / observed.rows - alpha) > spread
    ? `They lie further apart than chance usually explains (${points}).`
    : `Chance moves the observed share, rarely by more than ${points}.`;
}
