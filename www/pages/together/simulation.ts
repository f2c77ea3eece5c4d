import { signal } from "@preact/signals";
import { createHead, type Head, type NamedWeights } from "oodgate";
import { CLASSES, freshOf, headOptions, heldOutOf, rowsOf, testRows, type Division } from "./rows";

/** A tab of the simulation, as it is shown. */
export interface Tab {
  /** Accuracy on rows of all classes after learning from its own alone. */
  readonly alone: number;
  /** After the last round: the share of rows like its own that its gate accepts. */
  readonly accepted: number | undefined;
  /** The classes of which it has no rows. */
  readonly beyond: readonly string[];
}

export interface Run {
  readonly rounds: number;
  /** Accuracy of the common weights after each round so far. */
  readonly accuracy: readonly number[];
  readonly tabs: readonly Tab[];
  readonly state: "idle" | "running" | "done" | "stopped";
}

const ROUNDS = 15;
const EPOCHS = 2;

const idle: Run = { rounds: ROUNDS, accuracy: [], tabs: [], state: "idle" };

export const tabs = signal(4);
export const division = signal<Division>("few");
export const run = signal<Run>(idle);
export const failure = signal<unknown>(undefined);

let ending = new AbortController();

export function stop(): void {
  ending.abort();
}

/** Forgets the last run: what it ran with changes. */
export function reset(): void {
  ending.abort();
  run.value = idle;
}

async function accuracyOf(head: Head): Promise<number> {
  const { classIndex } = await head.predict(testRows.features);
  const right = classIndex.filter((one, row) => one === testRows.labels[row]).length;
  return right / testRows.labels.length;
}

/** The mean of weights that all come from as many rows, as a server takes it. */
function meanOf(updates: readonly NamedWeights[]): NamedWeights {
  const [first = {}] = updates;
  const entries = Object.entries(first).map(([name, { shape, data }]) => {
    const mean = data.map((_, index) => {
      const sum = updates.reduce((total, update) => total + (update[name]?.data[index] ?? 0), 0);
      return sum / updates.length;
    });
    return [name, { shape, data: mean }] as const;
  });
  return Object.fromEntries(entries);
}

/** Runs a federation of heads in this page, from their own rows alone to gates at home. */
export async function start(): Promise<void> {
  ending.abort();
  ending = new AbortController();
  const { signal: ended } = ending;
  failure.value = undefined;
  const heads: Head[] = [];
  const shown = (change: Partial<Run>): void => {
    if (!ended.aborted) run.value = { ...run.value, ...change };
  };
  run.value = { ...idle, state: "running" };
  try {
    await simulate(heads, shown, ended);
    shown({ state: "done" });
  } catch (error) {
    if (!ended.aborted) failure.value = error;
  } finally {
    for (const head of heads) head.dispose();
    if (ended === ending.signal && run.value.state === "running")
      run.value = { ...run.value, state: "stopped" };
  }
}

async function simulate(
  heads: Head[],
  shown: (change: Partial<Run>) => void,
  ended: AbortSignal,
): Promise<void> {
  const kind = division.value;
  const all: Tab[] = [];
  for (let tab = 0; tab < tabs.value; tab += 1) {
    const { features, labels } = rowsOf(tab, kind);
    const head = await createHead({ ...headOptions, seed: tab });
    heads.push(head);
    await head.addRows(features, labels);
    const alone = await createHead({ ...headOptions, seed: tab });
    await alone.addRows(features, labels);
    await alone.fit({ epochs: ROUNDS * EPOCHS, signal: ended });
    const beyond = CLASSES.filter((_, index) => !labels.includes(index));
    all.push({ alone: await accuracyOf(alone), accepted: undefined, beyond });
    alone.dispose();
    shown({ tabs: [...all] });
  }
  const [first] = heads;
  if (first === undefined) return;
  let weights = await first.weights();
  const accuracy: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const updates: NamedWeights[] = [];
    for (const head of heads) {
      await head.setWeights(weights);
      await head.fit({ epochs: EPOCHS, signal: ended });
      updates.push(await head.weights());
    }
    weights = meanOf(updates);
    for (const head of heads) await head.setWeights(weights);
    accuracy.push(await accuracyOf(first));
    shown({ accuracy: [...accuracy] });
    // So that each round is seen.
    await new Promise((next) => setTimeout(next, 60));
    ended.throwIfAborted();
  }
  for (const [tab, head] of heads.entries()) {
    const { features, labels } = heldOutOf(tab, kind);
    await head.calibrate(features, labels, { signal: ended });
    const { accepted } = await head.gate(freshOf(tab, kind).features);
    const share = accepted.filter((one) => one === 1).length / accepted.length;
    all[tab] = { ...(all[tab] as Tab), accepted: share };
    shown({ tabs: [...all] });
  }
}
