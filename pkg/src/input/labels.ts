import { OodgateError } from "../api/errors.js";
import type { Labels } from "../api/types.js";
import { ATTACHED } from "./features.js";
import { describe, mismatch, reading } from "./refusals.js";
import { kindOf, numbersOf } from "./typed-arrays.js";

/** Kinds of typed arrays that labels may come in. */
const INTEGER_KINDS = ["Int32Array", "Uint32Array", "Uint16Array", "Uint8Array"];
const FORMS = `an ${INTEGER_KINDS.join(", ")}, or an array of class indices or names`;

/** Names of classes that a message shows. */
const SHOWN = 12;

/** What a label is expected to be. */
function expected(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map(describe).join(", ");
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  return `a class index or name${shown && ` (${shown}${more})`}`;
}

/** Labels as class indices, in an array of their own. The core checks their range and count. */
export function labelIndices(
  value: Labels,
  classIndex: ReadonlyMap<string, number>,
  argument = "labels",
): Float64Array {
  return reading("invalid-labels", argument, () => {
    if (INTEGER_KINDS.includes(kindOf(value) as string)) {
      try {
        return new Float64Array(value as Int32Array);
      } catch {
        throw new OodgateError("invalid-labels", `${argument}: expected ${ATTACHED}`);
      }
    }
    if (!Array.isArray(value)) throw mismatch("invalid-labels", argument, FORMS, value);
    return numbersOf(value, (label, row) => {
      if (typeof label === "number") return label;
      const index = typeof label === "string" ? classIndex.get(label) : undefined;
      if (index !== undefined) return index;
      const names = [...classIndex.keys()];
      throw mismatch("invalid-labels", `${argument}[${row}]`, expected(names), label);
    });
  });
}
