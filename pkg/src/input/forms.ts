import type { CrossCalibrationOptions, ExportOptions, Features, Labels } from "../api/types.js";
import type { ArgumentReader } from "./argument-reader.js";
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

  fitRows<O extends object | undefined>(
    reader: ArgumentReader,
    features: Features,
    labels: Labels,
    options: O,
  ): [Float32Array, Float64Array, O] {
    const given = reader.options(options);
    const classes = reader.labels(labels);
    const validation = (given as { validation?: unknown } | undefined)?.validation;
    if (validation !== undefined) {
      Object.assign(given as object, { validation: readValidation(reader, validation) });
    }
    return [reader.rows(features), classes, given];
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

function checkObject(value: unknown, argument: string, expected: string): void {
  if (typeof value === "object" && value !== null) return;
  throw mismatch("invalid-features", argument, expected, value);
}

type Forms = typeof forms;
export type FormName = keyof Forms;

/** What a core gets of arguments in that form. */
export type Read<F extends FormName> = ReturnType<Forms[F]>;
