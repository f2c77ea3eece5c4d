import { mismatch } from "./errors.js";

/**
 * The options as they are now, for a caller may change its object, or have it answer differently when it is asked again. What is
 * not an object stays what it is: the core refuses it.
 */
export function copyOptions<T>(options: T): T {
  try {
    return copy(options, 2) as T;
  } catch (thrown) {
    throw mismatch("invalid-option", "options", "readable properties", thrown);
  }
}

function copy(value: unknown, depth: number): unknown {
  if (depth === 0 || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Array.from(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner, depth - 1)]));
}
