import type { Features, Labels } from "../api/types.js";
import type { ArgumentReader } from "./argument-reader.js";
import { mismatch, reading } from "./refusals.js";

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

function checkObject(value: unknown, argument: string, expected: string): void {
  if (typeof value === "object" && value !== null) return;
  throw mismatch("invalid-features", argument, expected, value);
}

type Forms = typeof forms;
export type FormName = keyof Forms;

/** What a core gets of arguments in that form. */
export type Read<F extends FormName> = ReturnType<Forms[F]>;
