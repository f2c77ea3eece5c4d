import { mismatch, reading } from "./errors.js";

type Bag = Record<string, unknown>;

/** Whether it is an object without a class, of any window. */
function isPlain(value: unknown): value is Bag {
  const prototype: unknown = typeof value === "object" && value !== null ? Object.getPrototypeOf(value) : undefined;
  return prototype === null || (prototype !== undefined && Object.getPrototypeOf(prototype) === null);
}

/** Of a Map, an array or an instance of a class the core would see no options, or only some, and take the defaults. */
export function checkPlain(value: unknown, argument: string): asserts value is Bag {
  if (!isPlain(value)) throw mismatch("invalid-option", argument, "a plain object", value);
}

/**
 * Options as they are now, each property read once, in plain objects and arrays. The call may have to wait, and what a getter or
 * a trap throws inside wasm would leave the head borrowed for good.
 */
export function copyOptions<T>(given: T): T {
  if (given === undefined) return given;
  return reading("invalid-option", "options", () => {
    checkPlain(given, "options");
    return copyObject(given, "options", copyNested) as T;
  });
}

function copyObject(given: Bag, path: string, copy: (value: unknown, path: string) => unknown): Bag {
  const entries = Object.keys(given).map((key) => {
    const at = `${path}.${key}`;
    return [key, reading("invalid-option", at, () => copy(given[key], at))];
  });
  return Object.fromEntries(entries) as Bag;
}

function copyNested(value: unknown, path: string): unknown {
  if (path === "options.signal") return checkSignal(value as AbortSignal | undefined);
  if (Array.isArray(value)) return copyArray(value, path);
  if (typeof value === "function") return value;
  return isPlain(value) ? copyObject(value, path, copyLeaf) : copyLeaf(value);
}

function copyArray(values: readonly unknown[], path: string): unknown[] {
  const copies = [];
  const length = values.length;
  for (let index = 0; index < length; index++) {
    const value = copyLeaf(values[index]);
    // It would reach the core as another string, and two of them as the same.
    if (typeof value === "string" && /\p{Surrogate}/u.test(value)) {
      throw mismatch("invalid-option", `${path}[${index}]`, "well-formed Unicode", value);
    }
    copies.push(value);
    // The core refuses it, whatever follows: four billion holes, perhaps.
    if (value === undefined) break;
  }
  return copies;
}

/** No option is an object or a function this deep, or of a class; the core only has to say that one came. */
function copyLeaf(value: unknown): unknown {
  if (typeof value === "function") return copyLeaf;
  if (typeof value !== "object" || value === null) return value;
  return Array.isArray(value) ? [] : {};
}

function checkSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal === undefined) return signal;
  if (typeof signal?.aborted === "boolean" && typeof signal.throwIfAborted === "function") return signal;
  throw mismatch("invalid-option", "options.signal", "an AbortSignal", signal);
}
