import { batch, effect, signal } from "@preact/signals";
import { createHead, OodgateError, type Calibration, type Head, type ScorerName } from "oodgate";
import table from "oodgate/scorers.json";
import { announce } from "../../shared/ui/announce";
import { onAddress, readAddress, writeAddress } from "../../shared/state/address";
import {
  decode,
  encode,
  grid,
  headOptions,
  labelsOf,
  layerNames,
  MOST_POINTS,
  quantised,
  scorerOf,
  shape,
  teach,
  UNKNOWN,
  UPDATES,
  type Layers,
  type Loss,
  type Point,
} from "./lesson.mjs";
import { words } from "./texts";

export const TAUS = { from: 0.02, to: 2, usual: 0.2 } as const;
const ALPHA = 0.05;

/** All that the address holds. */
export const points = signal<readonly Point[]>(shape("moons"));
export const hidden = signal<Layers>("16-16");
export const loss = signal<Loss>("logitNorm");
export const tau = signal<number>(TAUS.usual);
export const scorer = signal<ScorerName>("auto");
export const alpha = signal<number>(ALPHA);

export const scorerNames = table.map(({ name }) => name as ScorerName);
/** These need what a ReLU leaves. */
export const needsHidden = (name: ScorerName): boolean => name === "ash" || name === "scale";

/** What a press on the plane sets: a class, `UNKNOWN`, or nothing, which takes points away. */
export const tool = signal<number | "erase">(0);

/** What the head says of each cell of the plane, row by row from the top. */
export interface Map {
  readonly scorer: ScorerName;
  readonly labels: readonly number[];
  readonly classIndex: Int32Array;
  /** [cells, classes] */
  readonly probabilities: Float32Array;
  readonly score: Float32Array;
}
export const map = signal<Map | undefined>(undefined);
export type Gate = Pick<Calibration, "threshold" | "alpha" | "rows">;
/** Set when the head has learned. */
export const gate = signal<Gate | undefined>(undefined);

export type Stage =
  | { readonly kind: "empty" }
  | { readonly kind: "learning"; readonly updates: number }
  | { readonly kind: "ready"; readonly accuracy: number }
  | { readonly kind: "failed"; readonly error: unknown };
export const stage = signal<Stage>({ kind: "empty" });
/** Why there is no gate. */
export const ungated = signal<unknown>(undefined);

/** Updates between two looks at the whole plane. */
const EVERY = 10;
/** What is set in quick succession is taught at once. */
const QUIET_MS = 200;
const cells = grid();
const still = matchMedia("(prefers-reduced-motion: reduce)");

let learning = new AbortController();
/** The head on show, once it has learned. */
let taught:
  { readonly head: Head; readonly points: readonly Point[]; readonly accuracy: number } | undefined;
let running: Promise<void> = Promise.resolve();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Ends a lesson under way and begins another after it. */
export function learn(): void {
  learning.abort();
  const controller = (learning = new AbortController());
  stage.value = { kind: "learning", updates: 0 };
  clearTimeout(timer);
  timer = setTimeout(() => {
    running = running.then(() => lesson(controller.signal));
  }, QUIET_MS);
}

async function lesson(stopped: AbortSignal): Promise<void> {
  if (stopped.aborted) return;
  taught?.head.dispose();
  taught = undefined;
  const now = points.peek();
  batch(() => {
    gate.value = undefined;
    ungated.value = undefined;
  });
  if (labelsOf(now).length < 2) {
    batch(() => {
      map.value = undefined;
      stage.value = { kind: "empty" };
    });
    return;
  }
  const of = { points: now, hidden: hidden.peek(), loss: loss.peek(), tau: tau.peek() };
  let head: Head | undefined;
  try {
    head = await createHead({ ...headOptions(of), worker: true });
    const learner = head;
    await teach(head, now, {
      // The plane is still until the end for who asks for less motion.
      every: still.matches ? UPDATES : EVERY,
      signal: stopped,
      async onLook(updates) {
        await look(learner, now, stopped);
        if (!stopped.aborted) stage.value = { kind: "learning", updates };
      },
    });
    taught = { head, points: now, accuracy: await accuracyOf(head, now) };
    await promise(stopped);
  } catch (error) {
    if (head !== taught?.head) head?.dispose();
    if (!stopped.aborted) stage.value = { kind: "failed", error };
  }
}

/** Share of the points that it names right. */
async function accuracyOf(head: Head, of: readonly Point[]): Promise<number> {
  const labels = labelsOf(of);
  const known = of.filter(({ label }) => label !== UNKNOWN);
  const { classIndex } = await head.predict(Float32Array.from(known.flatMap(({ x, y }) => [x, y])));
  return (
    known.filter((point, i) => labels[classIndex[i] ?? -1] === point.label).length / known.length
  );
}

/** Asks the head about the whole plane. */
async function look(head: Head, of: readonly Point[], stopped: AbortSignal): Promise<void> {
  const by = scorer.peek();
  const { classIndex, probabilities } = await head.predict(cells);
  const score = await head.oodScore(cells, { scorer: scorerOf(by, of) });
  if (stopped.aborted) return;
  map.value = { scorer: by, labels: labelsOf(of), classIndex, probabilities, score };
}

/** Sets the gate of the head on show, and looks at the plane with it. */
async function promise(stopped: AbortSignal): Promise<void> {
  if (taught === undefined) return;
  const { head, points: of, accuracy } = taught;
  let set: Gate | undefined;
  let refused: unknown;
  try {
    const by = scorerOf(scorer.peek(), of);
    set = await head.calibrate({ alpha: alpha.peek(), scorer: by, signal: stopped });
  } catch (error) {
    if (stopped.aborted) return;
    // A scorer that does not suit this head is a fault; too few points are none.
    if (!(error instanceof OodgateError) || error.code !== "too-few-rows") throw error;
    refused = error;
  }
  await look(head, of, stopped);
  if (stopped.aborted) return;
  batch(() => {
    gate.value = set;
    ungated.value = refused;
    stage.value = { kind: "ready", accuracy };
  });
  announce(words.value.status.ready(accuracy));
}

/** Another score or another promise of the same head. */
function judge(): void {
  const { signal: stopped } = learning;
  // The score before may have ended the lesson.
  if (taught === undefined && stage.peek().kind === "failed") return learn();
  running = running.then(async () => {
    // A lesson that is to come looks by the score of then.
    if (stopped.aborted || taught === undefined || stage.peek().kind === "learning") return;
    try {
      await promise(stopped);
    } catch (error) {
      if (!stopped.aborted) stage.value = { kind: "failed", error };
    }
  });
}

/** Sets a point of the chosen class, or takes the nearest away. */
export function touch(x: number, y: number): void {
  const { value: now } = tool;
  const all = points.peek();
  if (now === "erase") {
    const kept = all.filter((point) => Math.hypot(point.x - x, point.y - y) > 0.08);
    if (kept.length < all.length) points.value = kept;
    return;
  }
  if (all.length < MOST_POINTS)
    points.value = [...all, { x: quantised(x), y: quantised(y), label: now }];
}

/** Takes the nearest point away, if there is one at hand. */
export function takeNearest(x: number, y: number): void {
  const all = points.peek();
  const distance = (point: Point): number => Math.hypot(point.x - x, point.y - y);
  const nearest = all.toSorted((a, b) => distance(a) - distance(b))[0];
  if (nearest !== undefined && distance(nearest) < 0.15)
    points.value = all.filter((point) => point !== nearest);
}

/** The address, the lesson and the gate follow what is chosen from here on. */
export function start(): void {
  fromAddress();
  onAddress(fromAddress);
  const usual = encode(shape("moons"));
  effect(() => {
    const set = encode(points.value);
    writeAddress({
      ...(set !== usual && { points: set }),
      ...(hidden.value !== "16-16" && { layers: hidden.value }),
      ...(loss.value !== "logitNorm" && { loss: loss.value }),
      ...(tau.value !== TAUS.usual && { tau: String(tau.value) }),
      ...(scorer.value !== "auto" && { scorer: scorer.value }),
      ...(alpha.value !== ALPHA && { alpha: String(alpha.value) }),
    });
  });
  effect(() => {
    if (hidden.value === "linear" && needsHidden(scorer.value)) scorer.value = "auto";
  });
  effect(() => {
    points.value;
    hidden.value;
    // tau is LogitNorm's alone.
    if (loss.value === "logitNorm") tau.value;
    learn();
  });
  effect(() => {
    scorer.value;
    alpha.value;
    judge();
  });
  effect(() => {
    document.title = `${words.value.title} (oodgate)`;
  });
}

function fromAddress(): void {
  const address = readAddress();
  const one = <T extends string>(name: string, all: readonly T[], usual: T): T =>
    all.find((value) => value === address.get(name)) ?? usual;
  const within = (name: string, from: number, to: number, usual: number): number => {
    const value = Number(address.get(name) ?? usual);
    return Number.isFinite(value) ? Math.min(to, Math.max(from, value)) : usual;
  };
  batch(() => {
    const set = address.get("points");
    const now = set === null ? shape("moons") : decode(set);
    // The same points are no reason to learn anew.
    if (encode(now) !== encode(points.peek())) points.value = now;
    hidden.value = one("layers", layerNames, "16-16");
    loss.value = one("loss", ["logitNorm", "crossEntropy"], "logitNorm");
    tau.value = within("tau", TAUS.from, TAUS.to, TAUS.usual);
    scorer.value = one("scorer", scorerNames, "auto");
    alpha.value = Math.round(within("alpha", 0.01, 0.2, ALPHA) * 100) / 100;
  });
}
