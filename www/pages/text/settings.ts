import type { Backend, ScorerName } from "oodgate";
import { scorerNames } from "./scorers";

/**
 * Everything that a visitor can choose. All of it lives in the address (after #), so that a reload or a link brings it back.
 * Only what differs from the default is written, so that the address of a fresh page stays bare.
 */
export interface Settings {
  loss: "logitNorm" | "crossEntropy";
  tau: number;
  head: "linear" | "hidden";
  width: number;
  backend: "auto" | Backend;
  epochs: number;
  batch: number;
  lr: number;
  seed: number;
  scorer: ScorerName;
  /** The share of known inputs that the gate may reject. */
  alpha: number;
  show: Show;
  search: string;
  sort: Sort;
}

export const shows = ["all", "in", "out", "rejected", "mistakes"] as const;
export type Show = (typeof shows)[number];

export const sortColumns = ["text", "truth", "predicted", "probability", "score", "pValue", "verdict"] as const;
export type SortColumn = (typeof sortColumns)[number];
/** "mixed" shuffles the sentences (always the same way), so that both kinds meet the eye; "-score" is descending. */
export type Sort = "mixed" | SortColumn | `-${SortColumn}`;

interface Field<T> {
  readonly initial: T;
  /** Undefined when the text is not a valid value. */
  parse(text: string): T | undefined;
}

function choice<T extends string>(initial: T, all: readonly T[]): Field<T> {
  return { initial, parse: (text) => all.find((value) => value === text) };
}

function number(initial: number, least: number, most: number, kind: "whole" | "real"): Field<number> {
  return {
    initial,
    parse(text) {
      const value = Number(text);
      const fits = text.trim() !== "" && value >= least && value <= most && (kind === "real" || Number.isInteger(value));
      return fits ? value : undefined;
    },
  };
}

/** A share in whole steps: others are rounded to the nearest. */
function steps(initial: number, least: number, most: number, perUnit: number): Field<number> {
  const { parse } = number(initial, least, most, "real");
  return {
    initial,
    parse(text) {
      const value = parse(text);
      return value === undefined ? undefined : Math.round(value * perUnit) / perUnit;
    },
  };
}

const sorts: readonly Sort[] = ["mixed", ...sortColumns, ...sortColumns.map((column) => `-${column}` as const)];

/** Defaults and limits. The training defaults are the package's own. */
const fields: { readonly [K in keyof Settings]: Field<Settings[K]> } = {
  loss: choice("logitNorm", ["logitNorm", "crossEntropy"]),
  tau: number(0.04, 0.01, 10, "real"),
  head: choice("linear", ["linear", "hidden"]),
  width: number(256, 1, 4096, "whole"),
  backend: choice("auto", ["auto", "cpu", "webgpu"]),
  epochs: number(30, 1, 1000, "whole"),
  batch: number(128, 1, 8192, "whole"),
  lr: number(0.01, 0.000001, 10, "real"),
  seed: number(0, 0, 4294967295, "whole"),
  scorer: choice("auto", scorerNames),
  // In half percents, as the slider has them.
  alpha: steps(0.05, 0.01, 0.2, 200),
  show: choice("all", shows),
  search: { initial: "", parse: (text) => text.slice(0, 200) },
  sort: choice("mixed", sorts),
};

const keys = Object.keys(fields) as (keyof Settings)[];

export const defaults: Readonly<Settings> = Object.freeze(
  Object.fromEntries(keys.map((key) => [key, fields[key].initial])) as unknown as Settings,
);

/** What decides the trained weights: when one of these changes, the head on show is no longer the one described. */
export const trainingKeys = ["loss", "tau", "head", "width", "backend", "epochs", "batch", "lr", "seed"] as const;

/** Parts that are missing or not valid become the default. */
export function parseHash(hash: string): Settings {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const values = keys.map((key) => {
    const text = given.get(key);
    return [key, (text === null ? undefined : fields[key].parse(text)) ?? fields[key].initial];
  });
  return Object.fromEntries(values) as unknown as Settings;
}

export function formatHash(settings: Readonly<Settings>): string {
  const out = new URLSearchParams();
  for (const key of keys) {
    if (settings[key] !== defaults[key]) out.set(key, String(settings[key]));
  }
  const text = out.toString();
  return text === "" ? "" : `#${text}`;
}

/** Those of the given values that are valid settings. */
export function validSettings(given: { readonly [K in keyof Settings]?: unknown }): Partial<Settings> {
  const valid = keys.map((key) => [key, given[key] === undefined ? undefined : fields[key].parse(String(given[key]))] as const);
  return Object.fromEntries(valid.filter(([, value]) => value !== undefined));
}

/** The value of a form field, or undefined where it is not valid. */
export function parseField<K extends keyof Settings>(key: K, text: string): Settings[K] | undefined {
  return fields[key].parse(text);
}
