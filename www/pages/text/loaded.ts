import type { Head, HeadOptions } from "oodgate";
import type { Dataset } from "./data";
import { TensorFile } from "../../shared/state/safetensors";
import { validSettings, type Settings } from "./settings";

/** A head and the settings that it was made with. */
export interface Loaded {
  readonly head: Head;
  readonly settings: Partial<Settings>;
}

/** A loaded head, if it is one for this page's sentences. */
export async function admit(head: Head, data: Dataset): Promise<Loaded> {
  try {
    refuseOthers(head, data);
    // What a head was made with stands in its file alone.
    const file = new TensorFile((await head.save()).buffer);
    // Weights from elsewhere come without the sentences that some scores compare with.
    if (!file.has("training.labels")) await head.fitScorers(data.train.features, data.train.labels);
    const { options } = JSON.parse(file.metadata["oodgate"] ?? "{}") as { options: HeadOptions };
    return { head, settings: { ...validSettings(settingsOf(options)), ...validSettings(head.calibration ?? {}) } };
  } catch (error) {
    head.dispose();
    throw error;
  }
}

function refuseOthers(head: Head, { dim, classes }: Dataset): void {
  const theirs = head.classes;
  if (head.features !== dim || theirs.length !== classes.length) {
    const needs = `this page needs ${dim} numbers and ${classes.length} intents`;
    throw new Error(`This is a head for other data: it sorts rows of ${head.features} numbers into ${theirs.length} classes, and ${needs}.`);
  }
  // Weights from elsewhere come without names: "0", "1", ...
  const other = theirs.findIndex((name, index) => name !== classes[index] && name !== String(index));
  if (other >= 0) {
    throw new Error(`This is a head for other data: its class ${other + 1} is “${theirs[other]}”, which here is “${classes[other]}”.`);
  }
}

function settingsOf({ loss, optimizer, hidden = [], seed }: HeadOptions): { [K in keyof Settings]?: unknown } {
  return {
    loss: loss?.kind,
    tau: loss?.kind === "logitNorm" ? loss.tau : undefined,
    head: hidden.length > 0 ? "hidden" : "linear",
    width: hidden[0],
    lr: optimizer?.learningRate,
    seed,
  };
}
