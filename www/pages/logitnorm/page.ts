import { computed, effect, signal } from "@preact/signals";
import { announce } from "../../shared/ui/announce";
import { onAddress, readAddress, writeAddress } from "../../shared/state/address";
import { text } from "../../shared/ui/texts";
import { loadPictures, type Tensors } from "./data";
import { Duel, losses, tableScorers, type Both, type Moment, type Said } from "./duel";
import type { TableScorer } from "./duel";
import { judge, type Answers } from "./judged";
import { architectures, experiment, settings, type Architecture, type Setting } from "./recipe.mjs";
import { drawnDigits, pixelsOf, type Stroke } from "./strokes.mjs";
import { words } from "./texts";

export const TAUS = { from: 0.02, to: 2, usual: 0.04 } as const;
const EPOCHS = { from: 1, to: 30, usual: 8 } as const;

/** What the next training will be of. */
export const setting = signal<Setting>("digits");
export const architecture = signal<Architecture>("two");
export const tau = signal<number>(TAUS.usual);
export const epochs = signal<number>(EPOCHS.usual);
/** Whether probabilities are shown at the temperature that was fitted, or at 1. */
export const fitted = signal(true);

export type Stage =
  | { readonly kind: "loading"; readonly received: number; readonly total: number }
  | { readonly kind: "missing"; readonly error: unknown }
  | { readonly kind: "idle" }
  | { readonly kind: "training" }
  | { readonly kind: "scoring" }
  | { readonly kind: "ready"; readonly seconds: number; readonly epochs: number }
  | { readonly kind: "failed"; readonly error: unknown };

export const stage = signal<Stage>({ kind: "loading", received: 0, total: 0 });
/** What the networks on show were trained with. */
export interface Shown {
  readonly setting: Setting;
  readonly architecture: Architecture;
  readonly tau: number;
  readonly epochs: number;
  /** Numbers of the classes. */
  readonly classes: readonly number[];
}
export const shown = signal<Shown | undefined>(undefined);
export const course = signal<readonly Moment[]>([]);
const answers = signal<Both<Answers> | undefined>(undefined);
export type Cell = { readonly auroc: number; readonly fpr95: number };
export const table = signal<Partial<Record<TableScorer, Both<Cell>>>>({});

export const temperatures = computed(
  () => answers.value && map((loss) => answers.value?.[loss].temperature ?? 1),
);
export const judged = computed(() => {
  const { value: now } = answers;
  return now && map((loss) => judge(now[loss], fitted.value ? now[loss].temperature : 1));
});

const map = <T>(of: (loss: (typeof losses)[number]) => T): Both<T> => ({
  crossEntropy: of("crossEntropy"),
  logitNorm: of("logitNorm"),
});

export const strokes = signal<readonly Stroke[]>(drawnDigits[0] ?? []);
export const pixels = computed(() => pixelsOf(strokes.value));
/** What both say, and to which pixels: the drawing may be another one by now. */
export const said = signal<{ readonly of: Float32Array; readonly answers: Both<Said> } | undefined>(
  undefined,
);

let tensors: Tensors | undefined;
let duel: Duel | undefined;
let running: AbortController | undefined;

export async function load(): Promise<void> {
  try {
    stage.value = { kind: "loading", received: 0, total: 0 };
    tensors = await loadPictures((received, total) => {
      stage.value = { kind: "loading", received, total };
    });
    stage.value = { kind: "idle" };
  } catch (error) {
    stage.value = { kind: "missing", error };
  }
}

export const isBusy = computed(
  () => stage.value.kind === "training" || stage.value.kind === "scoring",
);

export async function train(): Promise<void> {
  if (tensors === undefined || isBusy.peek()) return;
  const begun = performance.now();
  const controller = (running = new AbortController());
  const data = experiment(tensors, setting.peek());
  const chosen = {
    setting: setting.peek(),
    architecture: architecture.peek(),
    tau: tau.peek(),
    epochs: epochs.peek(),
  };
  duel?.dispose();
  duel = undefined;
  said.value = undefined;
  answers.value = undefined;
  course.value = [];
  table.value = {};
  shown.value = { ...chosen, classes: data.classes };
  stage.value = { kind: "training" };
  announce(words.value.status.training);
  try {
    const options = {
      ...chosen,
      data,
      signal: controller.signal,
      onMoment(moment: Moment, now: Both<Answers>): void {
        course.value = [...course.peek(), moment];
        answers.value = now;
      },
    };
    duel = await Duel.begin(options);
    const made = await duel.train(options);
    const seconds = (performance.now() - begun) / 1000;
    stage.value = { kind: "scoring" };
    void ask();
    for (const scorer of tableScorers)
      table.value = { ...table.peek(), [scorer]: await duel.evaluate(scorer) };
    stage.value = { kind: "ready", seconds, epochs: made };
    announce(words.value.status.ready(made, seconds));
  } catch (error) {
    stage.value = { kind: "failed", error };
  }
}

export function stop(): void {
  running?.abort();
}

let asking = false;
let again = false;

/** While a drawing is looked at, of those that come only the latest is kept. */
async function ask(): Promise<void> {
  again = true;
  if (asking) return;
  asking = true;
  try {
    while (again) {
      again = false;
      const now = pixels.peek();
      const heads = duel;
      const answers = now && (await heads?.ask(now));
      if (heads === duel) said.value = now && answers && { of: now, answers };
    }
  } catch (error) {
    // A network that was replaced in the meantime is disposed of; its successor will be asked.
    if (stage.peek().kind === "ready") stage.value = { kind: "failed", error };
  } finally {
    asking = false;
  }
}

/** The address, the drawing and the networks are followed from here on. */
export function start(): void {
  fromAddress();
  onAddress(fromAddress);
  effect(() => {
    writeAddress({
      ...(setting.value !== "digits" && { unknown: setting.value }),
      ...(architecture.value !== "two" && { network: architecture.value }),
      ...(tau.value !== TAUS.usual && { tau: String(tau.value) }),
      ...(epochs.value !== EPOCHS.usual && { epochs: String(epochs.value) }),
    });
  });
  effect(() => {
    pixels.value;
    answers.value;
    void ask();
  });
  effect(() => {
    document.title = `${words.value.title} (oodgate)`;
    document.documentElement.lang = text.value.language;
  });
  // After the first paint: the page is there before the pictures begin to come.
  requestAnimationFrame(() => setTimeout(() => void load(), 0));
}

function fromAddress(): void {
  const address = readAddress();
  const [unknown, network] = [address.get("unknown"), address.get("network")];
  setting.value = settings.find((name) => name === unknown) ?? "digits";
  const names = Object.keys(architectures) as Architecture[];
  architecture.value = names.find((name) => name === network) ?? "two";
  tau.value = within(address.get("tau"), TAUS);
  epochs.value = Math.round(within(address.get("epochs"), EPOCHS));
}

function within(
  given: string | null,
  { from, to, usual }: { readonly from: number; readonly to: number; readonly usual: number },
): number {
  const value = Number(given ?? usual);
  return Number.isFinite(value) ? Math.min(to, Math.max(from, value)) : usual;
}

export const setEpochs = (value: number): void => {
  epochs.value = Math.round(within(String(value), EPOCHS));
};
