import { mismatch } from "./refusals.js";
import { numbersOf } from "./typed-arrays.js";

const FORM = "an array of numbers or texts";

/** A number for each group: numbers as they are, texts by a hash that is the same in every call. */
export function groupNumbers(value: unknown): Float64Array | undefined {
  if (value === undefined) return undefined;
  return numbersOf(listOf(value, "options.groups", FORM), (group, row) => {
    if (typeof group === "number" && !Number.isNaN(group)) return group;
    if (typeof group === "string") return hash(group);
    throw mismatch("invalid-option", `options.groups[${row}]`, "a number or a text", group);
  });
}

/** Anything with a length. */
function listOf(value: unknown, argument: string, form: string): ArrayLike<unknown> {
  const isObject = typeof value === "object" && value !== null;
  if (isObject && typeof (value as ArrayLike<unknown>).length === "number") {
    return value as ArrayLike<unknown>;
  }
  throw mismatch("invalid-option", argument, form, value);
}

/** A number for each row or class, as the core checks them. */
export function plainNumbers(value: unknown, argument: string): Float64Array | undefined {
  if (value === undefined) return undefined;
  return numbersOf(listOf(value, argument, "an array of numbers"), (number, index) => {
    if (typeof number === "number") return number;
    throw mismatch("invalid-option", `${argument}[${index}]`, "a number", number);
  });
}

/**
 * 53 bits of two multiplicative hashes. Negative and not whole, so that it is no number that
 * anybody gives: 0.5 below an integer.
 */
function hash(text: string): number {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return -((high >>> 0) % 2 ** 19) * 2 ** 32 - (low >>> 0) - 0.5;
}
