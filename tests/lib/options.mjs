// Command-line options that are comma-separated lists.

import { Failure } from "../../pkg/scripts/shell.mjs";

/** Those of `known` that are named in the text, in the order of `known`. */
export function choices(name, text, known) {
  const words = text.split(",");
  const unknown = words.find((word) => !known.includes(word));
  if (unknown !== undefined) throw new Failure(`--${name} takes ${known.join(", ")}, not "${unknown}".`);
  return known.filter((word) => words.includes(word));
}

/** Whole numbers of at least 0. */
export function wholeNumbers(name, text) {
  const words = text.split(",");
  if (!words.every((word) => /^\d+$/.test(word))) throw new Failure(`--${name} takes whole numbers, not "${text}".`);
  return words.map(Number);
}
