import type { FitResult, Head, NamedWeights } from "../api/types.js";
import { OodgateError } from "../api/errors.js";
import type { Tensor } from "./npy.js";
import { contentObject, type Content, type FlowerObject } from "./objects.js";
import type { Checked } from "./options.js";
import type { RecordValue } from "./record.js";
import type { FederationEvent } from "./types.js";

/** An order of the server: the weights to begin with, and its configuration. */
export interface Order {
  weights: NamedWeights;
  config: ReadonlyMap<string, RecordValue>;
  round: number;
}

type Tell = (event: FederationEvent) => void;

/** A number of the configuration, if it is there. */
function numberOf({ config }: Order, key: string): number | undefined {
  const value = config.get(key);
  return typeof value === "number" ? value : undefined;
}

/** Reads an order. Classes that the server names must be this head's, in the same order. */
export function readOrder({ arrays, records }: Content, { classes }: Head): Order {
  const [first, ...others] = arrays.values();
  if (first === undefined || others.length > 0)
    throw new OodgateError("server-incompatible", "expected one record of arrays in the message");
  const config = new Map([...records.values()].flatMap((record) => [...record]));
  const round = config.get("server-round");
  const named = config.get("classes");
  if (Array.isArray(named) && named.join("\0") !== classes.join("\0")) {
    const text = "the federation's classes are not this head's, or in another order: expected ";
    throw new OodgateError("invalid-option", `${text}${named.join(", ")}`);
  }
  const weights = Object.fromEntries(first) as Record<string, Tensor>;
  return { weights, config, round: typeof round === "number" ? round : 0 };
}

/** Whether no round follows, as far as the server says. */
export const isLastRound = (order: Order): boolean =>
  order.round > 0 && order.round === numberOf(order, "num-rounds");

/** Shortens the way from `before` to `after` to a length of at most `most`. */
export function clipUpdate(before: NamedWeights, after: NamedWeights, most: number): void {
  let squares = 0;
  const pairs = Object.entries(after).map(([name, { data }]) =>
    [data, (before[name] as Tensor).data] as const);
  for (const [data, start] of pairs) {
    data.forEach((value, index) => {
      squares += (value - (start[index] as number)) ** 2;
    });
  }
  const share = most / Math.sqrt(squares);
  if (!(share < 1)) return;
  for (const [data, start] of pairs) {
    data.forEach((value, index) => {
      const from = start[index] as number;
      data[index] = from + (value - from) * share;
    });
  }
}

/** Options of the local fit: the caller's, and over them what the server's configuration names. */
function fitOptions(order: Order, { fit }: Checked): Checked["fit"] {
  const schedule = order.config.get("schedule");
  return {
    ...fit,
    epochs: numberOf(order, "epochs") ?? fit.epochs ?? 1,
    ...(numberOf(order, "batch-size") && { batchSize: numberOf(order, "batch-size") as number }),
    ...(typeof schedule === "string" && { schedule: schedule as "constant" }),
  };
}

/** Learns from the head's own rows, and answers its weights and how many rows there were. */
export async function train(
  order: Order,
  options: Checked,
  tell: Tell,
  signal: AbortSignal,
): Promise<FlowerObject> {
  const { head, clip } = options;
  const { round, weights: before } = order;
  const rows = head.rows.perClass.reduce((sum, count) => sum + count, 0);
  await head.setWeights(before);
  let result: FitResult;
  try {
    result = await head.fit({
      ...fitOptions(order, options),
      onEpoch: ({ epoch, epochs, loss, accuracy }) =>
        tell({ type: "epoch", round, epoch, epochs, loss, accuracy }),
      signal,
    });
  } catch (error) {
    // Half a fit, or one that diverged, is nobody's model.
    await head.setWeights(before).catch(() => {});
    throw error;
  }
  const after = await head.weights();
  const most = Math.min(clip, numberOf(order, "clipping_norm") ?? Infinity);
  if (most < Infinity) clipUpdate(before, after, most);
  const { loss, accuracy } = result;
  const metrics = { "num-examples": rows, loss, accuracy };
  // In the order of the server's record, which some of its strategies compare.
  const arrays = Object.fromEntries(Object.keys(before).map((name) => [name, after[name] as Tensor]));
  const answer = await contentObject(metrics, arrays);
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
    throw new OodgateError("invalid-option", "this node has no held-out rows to measure on");
  const { label, classIndex } = await head.predict(heldOut.features);
  const rows = classIndex.length;
  let right = 0;
  for (let row = 0; row < rows; row += 1) {
    const wanted = heldOut.labels[row];
    if (wanted === label[row] || wanted === classIndex[row]) right += 1;
  }
  const accuracy = right / rows;
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
  if (options === false) return;
  const all = { ...options, signal };
  const calibration = await (heldOut === undefined
    ? head.calibrate(all)
    : head.calibrate(heldOut.features, heldOut.labels, all));
  const beyond = head.classes.filter((_, index) => !head.rows.perClass[index]);
  tell({ type: "calibrated", calibration, beyond });
}
