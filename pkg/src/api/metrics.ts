import { guardedCall } from "../core/instance-recovery.js";
import { loadedCpu } from "../core/wasm.js";
import { float32Array } from "../input/features.js";
import { labelIndices } from "../input/labels.js";
import { mismatch, reading } from "../input/refusals.js";
import { numbersOf } from "../input/typed-arrays.js";
import type { Labels } from "./types.js";

/** Scores as the core takes them. A hole or a string among them must not become a 0. */
function scores(value: ArrayLike<number>, argument: string): Float64Array {
  return reading("invalid-option", argument, () => {
    if (typeof value !== "object" || value === null || typeof value.length !== "number") {
      throw mismatch("invalid-option", argument, "an array of scores", value);
    }
    return numbersOf(value, (score, index) => {
      if (typeof score === "number") return score;
      throw mismatch("invalid-option", `${argument}[${index}]`, "a number", score);
    });
  });
}

/** What the loaded core answers. */
function ask(call: (core: ReturnType<typeof loadedCpu>) => number): number {
  const core = loadedCpu();
  return guardedCall(core, () => call(core));
}

/**
 * Metrics on plain score arrays. `id` and `ood` are OOD scores (higher = more out-of-distribution)
 * of in-distribution and out-of-distribution rows. In a browser they need the wasm file: call them
 * after `await init()`, or once there is a head in the same thread.
 */
export const metrics = {
  /** Area under the ROC curve, OOD positive, [0, 1]; ties count one half. */
  auroc(id: ArrayLike<number>, ood: ArrayLike<number>): number {
    return ask((core) => core.auroc(scores(id, "id"), scores(ood, "ood")));
  },
  /** Average precision with ID as the positive class. */
  auprIn(id: ArrayLike<number>, ood: ArrayLike<number>): number {
    return ask((core) => core.auprIn(scores(id, "id"), scores(ood, "ood")));
  },
  /** Average precision with OOD as the positive class. */
  auprOut(id: ArrayLike<number>, ood: ArrayLike<number>): number {
    return ask((core) => core.auprOut(scores(id, "id"), scores(ood, "ood")));
  },
  /**
   * Share of OOD accepted when `tpr` (default 0.95) of ID is kept: FPR95, ID-positive as in the
   * LogitNorm paper.
   */
  fprAtTpr(id: ArrayLike<number>, ood: ArrayLike<number>, tpr = 0.95): number {
    if (typeof tpr !== "number") {
      throw mismatch("invalid-option", "tpr", "a number in (0, 1]", tpr);
    }
    return ask((core) => core.fprAtTpr(scores(id, "id"), scores(ood, "ood"), tpr));
  },
  /**
   * Expected calibration error of probabilities [rows, classes]; equal-width bins (lo, hi], default
   * 15. In [0, 1].
   */
  ece(probabilities: Float32Array, labels: Labels, bins = 15): number {
    if (typeof bins !== "number") {
      throw mismatch("invalid-option", "bins", "an integer of at least 1", bins);
    }
    // Read first: getters of the labels could detach the buffer of the probabilities.
    const classes = labelIndices(labels, new Map());
    return ask((core) => core.ece(float32Array(probabilities, "probabilities"), classes, bins));
  },
};
