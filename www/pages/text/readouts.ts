import type { Calibration } from "oodgate";
import { byId, setText } from "../../shared/ui/dom";
import * as format from "../../shared/ui/format";
import { say } from "./say";

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
  setText(
    byId("promised"),
    calibration === undefined ? say("none") : format.percent(calibration.alpha),
  );
  setText(byId("observed"), share(inScope));
  setText(byId("observed-count"), counts(inScope));
  setText(byId("rejected"), share(outOfScope));
  setText(byId("rejected-count"), counts(outOfScope));
  byId("promised").dataset["state"] = calibration === undefined ? "none" : "given";
  setText(
    byId("promise-note"),
    calibration === undefined
      ? say("Threshold moved by hand: no promise.")
      : (calibration.warning ?? chance(calibration, inScope)),
  );
}

const share = ({ rows, rejected }: Rejections): string => format.percent(rejected / rows);
const counts = ({ rows, rejected }: Rejections): string =>
  say("{0} of {1}", format.count(rejected), format.count(rows));

/** How far the two may lie apart: two standard deviations of the difference, as both sets of sentences are samples. */
function chance({ alpha, rows }: Calibration, observed: Rejections): string {
  const spread = 2 * Math.sqrt(alpha * (1 - alpha) * (1 / rows + 1 / observed.rows));
  const points = say("{0} points", format.fixed(100 * spread, 1));
  return Math.abs(observed.rejected / observed.rows - alpha) > spread
    ? say("They lie further apart than chance usually explains ({0}).", points)
    : say("Chance moves the observed share, rarely by more than {0}.", points);
}
