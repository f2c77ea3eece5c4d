import type { CalibrationOptions, Head } from "../api/types.js";
import { copyOptions } from "../input/options.js";
import { mismatch } from "../input/refusals.js";
import type { FederationOptions } from "./types.js";

/** Options with their defaults. */
export interface Checked {
  url: string;
  head: Head;
  heldOut: FederationOptions["heldOut"];
  fit: NonNullable<FederationOptions["fit"]>;
  clip: number;
  calibrate: CalibrationOptions | false;
  heartbeat: number;
  poll: number;
  patience: number;
  onEvent: NonNullable<FederationOptions["onEvent"]>;
  signal: AbortSignal | undefined;
}

const keys = [
  "url", "head", "heldOut", "fit", "clip", "calibrate", "heartbeat", "poll", "patience", "onEvent",
  "signal",
];

const refuse = (name: string, expected: string, got: unknown): never => {
  throw mismatch("invalid-option", `options.${name}`, expected, got);
};

function readUrl(given: unknown): string {
  const base = globalThis.location?.href;
  try {
    const url = new URL(String(given ?? "/"), base);
    if (/^https?:$/.test(url.protocol)) return url.href.replace(/[^/]*([?#].*)?$/, "");
  } catch {
    // Told below.
  }
  return refuse("url", "an http address, whole outside a page", given);
}

/** Checks what a caller gave. */
export function checkOptions(given: FederationOptions): Checked {
  if (typeof given !== "object" || given === null) {
    throw mismatch("invalid-option", "options", "a plain object", given);
  }
  const unknown = Object.keys(given).find((key) => !keys.includes(key));
  if (unknown !== undefined) refuse(unknown, `one of ${keys.join(", ")}`, given[unknown as "url"]);
  const { head, heldOut, fit, clip, calibrate, onEvent, signal, url } = given;
  const number = (
    name: "clip" | "heartbeat" | "poll" | "patience",
    absent: number,
    [least, most]: [number, number],
  ): number => {
    const value = given[name] ?? absent;
    if (typeof value === "number" && value >= least && value <= most) return value;
    return refuse(name, `a number from ${least} to ${most}`, value);
  };
  if (typeof head?.setWeights !== "function") refuse("head", "a head", head);
  if (heldOut !== undefined && (heldOut?.features === undefined || heldOut.labels === undefined))
    refuse("heldOut", "features and labels", heldOut);
  if (onEvent !== undefined && typeof onEvent !== "function")
    refuse("onEvent", "a function", onEvent);
  if (signal !== undefined && typeof signal?.addEventListener !== "function")
    refuse("signal", "an AbortSignal", signal);
  if (clip !== undefined && !(clip > 0)) refuse("clip", "a number above 0", clip);
  return {
    url: readUrl(url),
    head,
    heldOut,
    fit: copyOptions(fit) ?? {},
    clip: number("clip", Infinity, [0, Infinity]),
    calibrate: calibrate === false ? false : (copyOptions(calibrate) ?? {}),
    heartbeat: number("heartbeat", 60, [10, 1800]),
    poll: number("poll", 1, [0.1, 600]),
    patience: number("patience", 600, [0, 86_400]),
    onEvent: onEvent ?? (() => {}),
    signal,
  };
}
