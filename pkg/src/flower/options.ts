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

/** Least and most. */
const numbers: [keyof FederationOptions, number, number][] = [
  ["clip", Number.MIN_VALUE, Infinity],
  ["heartbeat", 10, 1800],
  ["poll", 0.1, 600],
  ["patience", 0, 86_400],
];

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
  for (const name of Object.keys(given))
    expect(name in defaults, name as "url", `one of ${Object.keys(defaults).join(", ")}`);
  for (const [name, least, most] of numbers) {
    const value = all[name] as number;
    const isFine = typeof value === "number" && value >= least && value <= most;
    expect(isFine, name, `a number from ${least} to ${most}`);
  }
  expect(typeof all.head?.setWeights === "function", "head", "a head");
  expect(all.heldOut === undefined || all.heldOut?.labels, "heldOut", "features and labels");
  expect(typeof all.onEvent === "function", "onEvent", "a function");
  expect(all.signal === undefined || all.signal?.addEventListener, "signal", "an AbortSignal");
  for (const name of ["fit", "calibrate"] as const)
    if (all[name] !== false) checkPlain(all[name], `options.${name}`);
  try {
    all.url = new URL(".", new URL(all.url, globalThis.location?.href)).href;
  } catch {
    expect(false, "url", "an address, whole outside a page");
  }
  return all;
}
