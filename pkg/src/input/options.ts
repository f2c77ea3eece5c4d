import type { FitOptions } from "../api/types.js";
import { groupNumbers, plainNumbers } from "./groups.js";
import { mismatch, reading } from "./refusals.js";

type Bag = Record<string, unknown>;

/** Whether it is an object without a class, of any window. */
function isPlain(value: unknown): value is Bag {
  const isObject = typeof value === "object" && value !== null;
  const prototype: unknown = isObject ? Object.getPrototypeOf(value) : undefined;
  if (prototype === undefined) return false;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Refuses a Map, an array or an instance of a class: of those the core would see no options, or
 * only some, and silently take the defaults for the rest.
 */
export function checkPlain(value: unknown, argument: string): asserts value is Bag {
  if (!isPlain(value)) throw mismatch("invalid-option", argument, "a plain object", value);
}

/**
 * Options as they are now, each property read once, in plain objects and arrays. Read before the
 * call waits for its turn, and outside wasm: an exception of a getter on the way through wasm would
 * leave the head borrowed for good.
 */
export function copyOptions<T>(given: T): T {
  if (given === undefined) return given;
  return reading("invalid-option", "options", () => {
    checkPlain(given, "options");
    return copyObject(given, "options", copyNested) as T;
  });
}

function copyObject(
  given: Bag,
  path: string,
  copy: (value: unknown, path: string) => unknown,
): Bag {
  const entries = Object.keys(given).map((key) => {
    const at = `${path}.${key}`;
    return [key, reading("invalid-option", at, () => copy(given[key], at))];
  });
  return Object.fromEntries(entries) as Bag;
}

function copyNested(value: unknown, path: string): unknown {
  if (path === "options.signal") return checkSignal(value as AbortSignal | undefined);
  if (path === "options.groups") return groupNumbers(value);
  if (path === "options.weights") return plainNumbers(value, path);
  if (path === "options.classWeights" && typeof value !== "string") return plainNumbers(value, path);
  if (path === "options.validation") return value;
  if (Array.isArray(value)) return copyArray(value, path);
  if (typeof value === "function") return value;
  return isPlain(value) ? copyObject(value, path, copyLeaf) : copyLeaf(value);
}

function copyArray(values: readonly unknown[], path: string): unknown[] {
  const copies = [];
  const length = values.length;
  for (let index = 0; index < length; index++) {
    const value = copyLeaf(values[index]);
    // Half a surrogate pair becomes U+FFFD on its way to the core: two such names would be equal.
    if (typeof value === "string" && /\p{Surrogate}/u.test(value)) {
      throw mismatch("invalid-option", `${path}[${index}]`, "well-formed Unicode", value);
    }
    copies.push(value);
    // The core refuses a hole, whatever follows: perhaps four billion more.
    if (value === undefined) break;
  }
  return copies;
}

/**
 * No option is an object or a function this deep, or of a class. A placeholder of the same kind
 * lets the core say that one came.
 */
function copyLeaf(value: unknown): unknown {
  if (typeof value === "function") return copyLeaf;
  if (typeof value !== "object" || value === null) return value;
  return Array.isArray(value) ? [] : {};
}

function checkSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal === undefined) return signal;
  const { aborted, throwIfAborted, addEventListener } = signal ?? {};
  const isSignal =
    typeof aborted === "boolean" &&
    typeof throwIfAborted === "function" &&
    typeof addEventListener === "function";
  if (isSignal) return signal;
  throw mismatch("invalid-option", "options.signal", "an AbortSignal", signal);
}

/** The caller's side of a long call: what ends it, and what listens to its progress. */
export type CallerOptions = Pick<FitOptions, "signal" | "onEpoch">;

/** Takes the options that stay on the caller's side out of copied options, if there are any. */
export function takeCallerOptions(
  options: unknown,
  keys: readonly (keyof CallerOptions)[],
): CallerOptions {
  const taken: CallerOptions = {};
  if (options === undefined) return taken;
  for (const key of keys) {
    // Not a property that something left on Object.prototype.
    if (!Object.hasOwn(options as Bag, key)) continue;
    const value = (options as Bag)[key];
    delete (options as Bag)[key];
    if (value === undefined) continue;
    if (key === "onEpoch" && typeof value !== "function") {
      throw mismatch("invalid-option", "options.onEpoch", "a function", value);
    }
    Object.assign(taken, { [key]: value });
  }
  return taken;
}
