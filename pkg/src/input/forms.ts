import type {
  CrossCalibrationOptions,
  ExportOptions,
  Features,
  FitOptions,
  Labels,
  NamedWeights,
  RowOptions,
  SaveOptions,
} from "../api/types.js";
import type { ArgumentReader } from "./argument-reader.js";
import { plainNumbers } from "./groups.js";
import { flattenWeights } from "./weights.js";
import { checkPlain } from "./options.js";
import { mismatch, reading } from "./refusals.js";
import { kindOf } from "./typed-arrays.js";

/**
 * The forms in which the head's methods take their arguments. Each reads them into what a core
 * takes: flat rows, class indices, and plain options, which come last.
 *
 * Features are read last: a getter of another argument may run any code, and detach their buffer.
 */
export const forms = {
  nothing(): [] {
    return [];
  },

  optionsAlone(
    reader: ArgumentReader,
    options: ExportOptions | undefined,
  ): [ExportOptions | undefined] {
    return [reader.options(options)];
  },

  rows(reader: ArgumentReader, features: Features): [Float32Array] {
    return [reader.rows(features)];
  },

  rowsWithOptions<O>(reader: ArgumentReader, features: Features, options: O): [Float32Array, O] {
    const given = reader.options(options);
    return [reader.rows(features), given];
  },

  rowsWithSignal<O extends object | undefined>(
    reader: ArgumentReader,
    features: Features,
    options: O,
  ): [Float32Array, O] {
    const given = reader.options(options);
    // The core, which refuses unknown options, gets none of this call.
    const unknown = Object.keys(given ?? {}).find((key) => key !== "signal");
    if (unknown !== undefined) throw mismatch("invalid-option", "options", "only signal", unknown);
    return [reader.rows(features), given];
  },

  labelledRows<O>(
    reader: ArgumentReader,
    features: Features,
    labels: Labels,
    options: O,
  ): [Float32Array, Float64Array, O] {
    const given = reader.options(options);
    const classes = reader.labels(labels);
    return [reader.rows(features), classes, given];
  },

  /** Rows and options, or options alone: then the head's own rows are meant. */
  fitRows(
    reader: ArgumentReader,
    ...given: unknown[]
  ): [Float32Array | undefined, Float64Array | undefined, FitOptions | undefined] {
    const [first, labels] = given;
    if (given.length <= 1 && !isFeatures(first)) {
      const options = readFitOptions(reader, first);
      for (const key of ["groups", "weights", "remember"]) {
        if (options?.[key as keyof FitOptions] === undefined) continue;
        const expected = "none without rows: the head's own have theirs";
        throw mismatch("invalid-option", `options.${key}`, expected, key);
      }
      return [undefined, undefined, options];
    }
    const options = readFitOptions(reader, given[2]);
    const classes = reader.labels(labels as Labels);
    return [reader.rows(first as Features), classes, options];
  },

  /** Rows with a class each, or, with null in the place of the classes, of none. */
  addedRows(
    reader: ArgumentReader,
    features: Features,
    labels: Labels | null,
    options?: RowOptions,
  ): [Float32Array, Float64Array | undefined, RowOptions | undefined] {
    const given = reader.options(options);
    const classes = labels === null ? undefined : reader.labels(labels);
    return [reader.rows(features), classes, given];
  },

  rowIds(_: ArgumentReader, ids: ArrayLike<number>): [Uint32Array] {
    return [readIds(ids)];
  },

  className(_: ArgumentReader, name: string): [string] {
    return [readName(name, "name")];
  },

  classNames(_: ArgumentReader, from: string, to: string): [string, string] {
    return [readName(from, "from"), readName(to, "to")];
  },

  classNameWithOptions<O>(reader: ArgumentReader, name: string, options: O): [string, O] {
    return [readName(name, "name"), reader.options(options)];
  },

  saveOptions(reader: ArgumentReader, options?: SaveOptions): [SaveOptions | undefined] {
    const given = reader.options(options);
    const unknown = Object.keys(given ?? {}).find((key) => key !== "rows");
    if (unknown !== undefined) throw mismatch("invalid-option", "options", "only rows", unknown);
    const rows = given?.rows;
    if (rows === undefined || ["float32", "float16", "none"].includes(rows)) return [given];
    const expected = '"float32" or "float16" or "none"';
    throw mismatch("invalid-option", "options.rows", expected, rows);
  },

  namedWeights(reader: ArgumentReader, weights: NamedWeights): [Float32Array] {
    return [flattenWeights(weights, reader.shapes())];
  },

  /** Rows and options, or options alone: then the head's own rows are meant. */
  calibrationRows(
    reader: ArgumentReader,
    ...given: unknown[]
  ): [Float32Array | undefined, Float64Array | undefined, CrossCalibrationOptions | undefined] {
    const [first, labels, options] = given;
    if (given.length <= 1 && !isFeatures(first)) {
      return [undefined, undefined, reader.options(first as CrossCalibrationOptions | undefined)];
    }
    const read = reader.options(options as CrossCalibrationOptions | undefined);
    const classes = reader.labels(labels as Labels);
    return [reader.rows(first as Features), classes, read];
  },

  knownAndUnknown<O>(
    reader: ArgumentReader,
    id: { features: Features; labels: Labels },
    ood: { features: Features },
    options: O,
  ): [Float32Array, Float64Array, Float32Array, O] {
    const given = reader.options(options);
    checkObject(id, "id", "an object with features and labels");
    checkObject(ood, "ood", "an object with features");
    const read = <T>(what: "features" | "labels", argument: string, get: () => T): T =>
      reading(`invalid-${what}`, argument, get);
    const classes = reader.labels(
      read("labels", "id.labels", () => id.labels),
      "id.labels",
    );
    // Copied at once: the getters of `ood` are still to come.
    const known = reader.ownRows(
      read("features", "id.features", () => id.features),
      "id.features",
    );
    const unknown = reader.rows(
      read("features", "ood.features", () => ood.features),
      "ood.features",
    );
    return [known, classes, unknown, given];
  },
};

/** Whether it is meant as rows: an array, or an object with a tensor's keys. */
function isFeatures(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return reading("invalid-option", "options", () => {
    if (Array.isArray(value) || kindOf(value) !== undefined) return true;
    return Object.hasOwn(value, "data") || Object.hasOwn(value, "dims");
  });
}

function readValidation(
  reader: ArgumentReader,
  value: unknown,
): { features: Float32Array; labels: Float64Array } {
  const argument = "options.validation";
  const given = reading("invalid-option", argument, () => {
    checkPlain(value, argument);
    const unknown = Object.keys(value).find((key) => key !== "features" && key !== "labels");
    if (unknown === undefined) return value;
    throw mismatch("invalid-option", argument, "only features, labels", unknown);
  });
  const read = (what: "features" | "labels"): unknown =>
    reading(`invalid-${what}`, `${argument}.${what}`, () => given[what]);
  const labels = reader.labels(read("labels") as Labels, `${argument}.labels`);
  const features = reader.ownRows(read("features") as Features, `${argument}.features`);
  return { features, labels };
}

function readFitOptions(reader: ArgumentReader, options: unknown): FitOptions | undefined {
  const given = reader.options(options as FitOptions | undefined);
  const validation: unknown = given?.validation;
  if (validation === undefined) return given;
  return { ...given, validation: readValidation(reader, validation) as never };
}

function readIds(value: unknown): Uint32Array {
  return reading("invalid-option", "ids", () => {
    const numbers = plainNumbers(value, "ids");
    if (numbers === undefined) throw mismatch("invalid-option", "ids", "an array of ids", value);
    const isId = (id: number): boolean => Number.isInteger(id) && id >= 0 && id < 2 ** 32;
    const index = numbers.findIndex((id) => !isId(id));
    if (index < 0) return Uint32Array.from(numbers);
    const expected = "an id that addRows gave";
    throw mismatch("invalid-option", `ids[${index}]`, expected, numbers[index]);
  });
}

function readName(value: unknown, argument: string): string {
  if (typeof value !== "string") throw mismatch("invalid-option", argument, "a string", value);
  // Half a surrogate pair becomes U+FFFD on its way to the core: two such names would be equal.
  if (!/\p{Surrogate}/u.test(value)) return value;
  throw mismatch("invalid-option", argument, "well-formed Unicode", value);
}

function checkObject(value: unknown, argument: string, expected: string): void {
  if (typeof value === "object" && value !== null) return;
  throw mismatch("invalid-features", argument, expected, value);
}

type Forms = typeof forms;
export type FormName = keyof Forms;

/** What a core gets of arguments in that form. */
export type Read<F extends FormName> = ReturnType<Forms[F]>;
