import type { NamedWeights } from "../api/types.js";
import { floatsOf, isFloats } from "./typed-arrays.js";
import { mismatch, reading } from "./refusals.js";
import { own } from "./owned-arrays.js";

/** One parameter: PyTorch's name of it, and its shape. */
export interface NamedShape {
  name: string;
  shape: readonly number[];
}

/**
 * The parameters of a head in their order: `Sequential(Linear, ReLU, Linear, ...)`, of which every
 * other module has a weight [out, in] and a bias [out].
 */
export function namedShapes(widths: readonly number[]): NamedShape[] {
  return widths.slice(1).flatMap((outputs, layer) => [
    { name: `${2 * layer}.weight`, shape: [outputs, widths[layer] as number] },
    { name: `${2 * layer}.bias`, shape: [outputs] },
  ]);
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, side) => size * side, 1);

/** All parameters in one array. */
export function flattenWeights(given: NamedWeights, shapes: readonly NamedShape[]): Float32Array {
  return reading("invalid-option", "weights", () => {
    if (typeof given !== "object" || given === null) {
      throw mismatch("invalid-option", "weights", "an object of named weights", given);
    }
    const names = shapes.map(({ name }) => name);
    const other = Object.keys(given).find((name) => !names.includes(name));
    if (other !== undefined) {
      throw mismatch("invalid-option", "weights", `only ${names.join(", ")}`, other);
    }
    const flat = new Float32Array(shapes.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
    let start = 0;
    for (const { name, shape } of shapes) {
      const argument = `weights, ${name}`;
      const { shape: givenShape, data } = given[name] ?? ({} as Partial<NamedWeights[string]>);
      if (!isFloats(data)) throw mismatch("invalid-option", `${argument}, data`, "floats", data);
      const values = floatsOf(data);
      const isSame = String(Array.from(givenShape ?? [])) === String(shape);
      if (!isSame || values.length !== sizeOf(shape)) {
        const expected = `shape [${shape.join(", ")}] and as many numbers`;
        const got = `[${Array.from(givenShape ?? []).join(", ")}], ${values.length} numbers`;
        throw mismatch("invalid-option", argument, expected, got);
      }
      flat.set(values, start);
      start += values.length;
    }
    return own(flat);
  });
}

/** Parameters by their names, from one array. */
export function nameWeights(flat: Float32Array, shapes: readonly NamedShape[]): NamedWeights {
  let start = 0;
  const entries = shapes.map(({ name, shape }) => {
    const data = flat.slice(start, start + sizeOf(shape));
    start += data.length;
    return [name, { shape, data }];
  });
  return Object.fromEntries(entries) as NamedWeights;
}
