import { OodgateError } from "../api/errors.js";
import type { EpochProgress, FitResult, Head, NamedWeights } from "../api/types.js";
import { malformed } from "./bytes.js";
import type { Tensor } from "./npy.js";
import { contentObject, type Content, type FlowerObject } from "./objects.js";
import type { Checked } from "./options.js";
import type { ConfigValue } from "./record.js";
import type { FederationEvent } from "./types.js";

/** An order of the server: the weights to begin with, and its configuration. */
export interface Order {
  weights: NamedWeights;
  config: Content["config"];
  round: number;
}

type Tell = (event: FederationEvent) => void;

/** Options of a fit that the server's configuration may name. */
const named = { epochs: "epochs", "batch-size": "batchSize", schedule: "schedule" };

const number = (value: ConfigValue | undefined): number | undefined =>
  typeof value === "number" ? value : undefined;

/** Reads an order. Classes that the server names must be this head's, in the same order. */
export function readOrder({ arrays, config }: Content, { classes }: Head): Order {
  if (arrays.length === 0) throw malformed("message");
  const wanted = config.get("classes");
  if (Array.isArray(wanted) && wanted.join("\0") !== classes.join("\0")) {
    const text = `head: expected the classes ${wanted}, got ${classes}`;
    throw new OodgateError("invalid-option", text);
  }
  const round = number(config.get("server-round")) ?? 0;
  return { weights: Object.fromEntries(arrays), config, round };
}

/** Whether no round follows, as far as the server says. */
export const isLastRound = ({ config, round }: Order): boolean =>
  round > 0 && round === config.get("num-rounds");

/** Shortens the way from `before` to `after` to a length of at most `most`. */
export function clipUpdate(before: NamedWeights, after: NamedWeights, most: number): void {
  const each = (visit: (data: Float32Array, start: Float32Array, index: number) => void): void => {
    for (const [name, { data }] of Object.entries(after))
      data.forEach((_, index) => visit(data, before[name]!.data, index));
  };
  let squares = 0;
  each((data, start, i) => (squares += (data[i]! - start[i]!) ** 2));
  const share = most / Math.sqrt(squares);
  if (share < 1) each((data, start, i) => (data[i] = start[i]! + (data[i]! - start[i]!) * share));
}

/** Learns from the head's own rows, and answers its weights and how many rows there were. */
export async function train(
  { weights, config, round }: Order,
  { head, clip, fit }: Checked,
  tell: Tell,
  signal: AbortSignal,
): Promise<FlowerObject> {
  const rows = head.rows.perClass.reduce((sum, count) => sum + count, 0);
  await head.setWeights(weights);
  const options = { epochs: 1, ...fit } as Record<string, unknown>;
  for (const [key, option] of Object.entries(named))
    options[option] = config.get(key) ?? options[option];
  let result: FitResult;
  try {
    const onEpoch = (epoch: EpochProgress): void => tell({ ...epoch, type: "epoch", round });
    result = await head.fit({ ...options, onEpoch, signal });
  } catch (error) {
    // Half a fit, or one that diverged, is nobody's model.
    await head.setWeights(weights).catch(() => {});
    throw error;
  }
  const after = await head.weights();
  clipUpdate(weights, after, Math.min(clip, number(config.get("clipping_norm")) ?? Infinity));
  const { loss, accuracy } = result;
  // In the order of the server's record, which some of its strategies compare.
  const arrays = Object.keys(weights).map((name): [string, Tensor] => [name, after[name]!]);
  const answer = await contentObject({ "num-examples": rows, loss, accuracy }, arrays);
  tell({ type: "trained", round, rows, loss, accuracy });
  return answer;
}

/** Takes the server's weights, and measures them on the held-out rows. */
export async function evaluate(
  { round, weights }: Order,
  { head, heldOut }: Checked,
  tell: Tell,
): Promise<FlowerObject> {
  await head.setWeights(weights);
  if (heldOut === undefined)
    throw new OodgateError("invalid-option", "options.heldOut: no rows to measure on");
  const { label, classIndex } = await head.predict(heldOut.features);
  const rows = classIndex.length;
  const isRight = (name: string, row: number): boolean =>
    [name, classIndex[row]].includes(heldOut.labels[row]);
  const accuracy = label.filter(isRight).length / rows;
  const answer = await contentObject({ "num-examples": rows, accuracy });
  tell({ type: "evaluated", round, rows, accuracy });
  return answer;
}

/** Gives the head its gate, by rows of its own. */
export async function calibrate(
  { head, heldOut, calibrate: options }: Checked,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const all = { ...(options || {}), signal };
  const calibration = await (heldOut === undefined
    ? head.calibrate(all)
    : head.calibrate(heldOut.features, heldOut.labels, all));
  // Labels are indices or names.
  const labels = new Set<unknown>(heldOut?.labels);
  const isMet = (name: string, index: number): boolean =>
    heldOut ? labels.has(name) || labels.has(index) : head.rows.perClass[index]! > 0;
  const beyond = head.classes.filter((name, index) => !isMet(name, index));
  tell({ type: "calibrated", calibration, beyond });
}
