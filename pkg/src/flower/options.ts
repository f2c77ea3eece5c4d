import type { CalibrationOptions, Head } from "../api/types.js";
import { checkPlain } from "../input/options.js";
import { mismatch } from "../input/refusals.js";
import type { FederationOptions } from "./types.js";

/** Options with their defaults. */
export interface Checked extends FederationOptions {
  url: string;
  head: Head;
  fit: NonNullable<FederationOptions["fit"]>;
  clip: number;
  calibrate: CalibrationOptions | false;
  heartbeat: number;
  poll: number;
  patience: number;
  onEvent: NonNullable<FederationOptions["onEvent"]>;
}

const defaults = {
  url: "/",
  head: undefined,
  heldOut: undefined,
  fit: {},
  clip: Infinity,
  calibrate: {},
  heartbeat: 60,
  poll: 1,
  patience: 600,
  onEvent() {},
  signal: undefined,
};

/** Checks what a caller gave. */
export function checkOptions(given: FederationOptions): Checked {
  checkPlain(given, "options");
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  const all = { ...defaults, ...Object.fromEntries(set) } as unknown as Checked;
  const expect = (isFine: unknown, name: keyof Checked, expected: string): void => {
    if (!isFine) throw mismatch("invalid-option", `options.${name}`, expected, all[name]);
  };
  type Numbers = "clip" | "heartbeat" | "poll" | "patience";
  const within = (name: Numbers, least: number, most: number): void => {
    const { [name]: value } = all;
    const isFine = typeof value === "number" && value >= least && value <= most;
    expect(isFine, name, `a number from ${least} to ${most}`);
  };
  for (const name of Object.keys(given))
    expect(name in defaults, name as "url", `one of ${Object.keys(defaults)}`);
  within("clip", Number.MIN_VALUE, Infinity);
  within("heartbeat", 10, 1800);
  within("poll", 0.1, 600);
  within("patience", 0, 86_400);
  expect(all.head?.setWeights, "head", "a head");
  expect(!all.heldOut || all.heldOut.labels, "heldOut", "features and labels");
  expect(typeof all.onEvent === "function", "onEvent", "a function");
  expect(!all.signal || all.signal.addEventListener, "signal", "an AbortSignal");
  checkPlain(all.fit, "options.fit");
  checkPlain(all.calibrate || {}, "options.calibrate");
  try {
    all.url = new URL(".", new URL(all.url, globalThis.location?.href)).href;
  } catch {
    expect(false, "url", "an address, whole outside a page");
  }
  return all;
}
