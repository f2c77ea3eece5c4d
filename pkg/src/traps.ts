import { OodgateError, type ErrorCode } from "./errors.js";
import type { RawModule } from "./wasm.js";

/** Something that lives in a wasm instance and can be brought into a new one. */
export interface Survivor {
  /** Takes what it needs out of the old instance. Must not throw. */
  rescue(): void;
}

/** A file's present instance, and what depends on it. */
interface Instance {
  /** How often the file's instance has been replaced, and for what the last time. */
  number: number;
  lost?: OodgateError;
  /** While survivors take what they can: what they meet is no trap of its own. */
  isEnding: boolean;
  /** Held weakly: a head that its page forgot must be freed. */
  readonly survivors: Set<WeakRef<Survivor>>;
  /** Calls that wait for a device; told when the instance goes. */
  readonly waiting: Set<(lost: OodgateError) => void>;
}

const instances = new WeakMap<RawModule, Instance>();

function instanceOf(module: RawModule): Instance {
  const known = instances.get(module);
  if (known !== undefined) return known;
  const instance: Instance = { number: 0, isEnding: false, survivors: new Set(), waiting: new Set() };
  instances.set(module, instance);
  return instance;
}

/** Registers what lives in the module's instance until the answered function is called. */
export function live(module: RawModule, survivor: Survivor): () => void {
  const { survivors } = instanceOf(module);
  for (const other of survivors) if (other.deref() === undefined) survivors.delete(other);
  const reference = new WeakRef(survivor);
  survivors.add(reference);
  return () => survivors.delete(reference);
}

/**
 * Runs a call into the file. What it throws or rejects with is translated: errors of the core by their code; a trap as "crashed" or
 * "out-of-memory", after which the file's instance has been replaced, so that everything in it can go on.
 */
export function translated<T>(module: RawModule, call: () => T, number = instanceOf(module).number): T {
  const instance = instanceOf(module);
  if (instance.isEnding) return call();
  // What was in an instance is not in the next one.
  if (instance.number !== number) throw instance.lost;
  let outcome: T;
  try {
    outcome = call();
  } catch (thrown) {
    throw translate(thrown, module);
  }
  return outcome instanceof Promise ? (untilTrap(module, outcome) as T) : outcome;
}

/** An object of the file's with each call of it {@link translated}. `free` does nothing once the object's instance is gone. */
export function guarded<T extends object>(module: RawModule, raw: T): T {
  const { number } = instanceOf(module);
  return new Proxy(raw, {
    get(target, key) {
      if (key === "free" && instanceOf(module).number !== number) return () => undefined;
      const value: unknown = translated(module, () => Reflect.get(target, key), number);
      if (typeof value !== "function") return value;
      return (...given: unknown[]): unknown => translated(module, () => Reflect.apply(value, target, given), number);
    },
  });
}

function translate(thrown: unknown, module: RawModule): unknown {
  if (thrown instanceof OodgateError) return thrown;
  if (thrown instanceof Error && thrown.name === "OodgateCoreError") {
    return new OodgateError((thrown as Error & { code: ErrorCode }).code, thrown.message);
  }
  return leftUnfinished(thrown) || module.panicText() !== undefined ? replace(module, thrown) : thrown;
}

/** Whether an error left calls of wasm unfinished: a trap, or one that passed through their frames, as stacks name them. */
function leftUnfinished(thrown: unknown): boolean {
  return thrown instanceof WebAssembly.RuntimeError || (thrown instanceof Error && /wasm-function\[/.test(thrown.stack ?? ""));
}

/** Gives the file another instance and says why, to everything that was under way too. */
function replace(module: RawModule, thrown: unknown): OodgateError {
  const instance = instanceOf(module);
  const panicText = module.panicText();
  // The core's own faults leave a text. Without one, what stops an instance is memory that could not be had.
  const isFull = panicText === undefined && thrown instanceof WebAssembly.RuntimeError && /unreachable/i.test(thrown.message);
  const lost = isFull
    ? new OodgateError("out-of-memory", "out of memory: the wasm instance could not allocate any more", { cause: thrown })
    : new OodgateError("crashed", `the engine stopped: ${panicText ?? String(thrown)}`, { cause: thrown });
  instance.isEnding = true;
  for (const survivor of instance.survivors) survivor.deref()?.rescue();
  instance.isEnding = false;
  instance.survivors.clear();
  instance.number += 1;
  instance.lost = lost;
  module.__wbg_reset_state();
  keepQuiet();
  for (const tell of instance.waiting) tell(lost);
  instance.waiting.clear();
  return lost;
}

let isQuiet = false;

/** A device goes on answering the old instance, whose callbacks the generated code refuses: nobody need hear of that. */
function keepQuiet(): void {
  if (isQuiet || typeof globalThis.addEventListener !== "function") return;
  isQuiet = true;
  for (const [name, key] of [["error", "error"], ["unhandledrejection", "reason"]] as const) {
    globalThis.addEventListener(name, (event) => {
      const thrown = (event as unknown as Record<string, unknown>)[key];
      if (thrown instanceof Error && thrown.message === "Cannot invoke closure from previous WASM instance") event.preventDefault();
    });
  }
}

/**
 * The outcome of a call that waits for a device. A trap on the way, or an error of the browser that the call met there, would leave
 * its promise pending for ever: all there is of it is an error that nobody caught. One of another library's wasm, at this moment,
 * cannot be told from it.
 */
async function untilTrap<T>(module: RawModule, outcome: Promise<T>): Promise<T> {
  const { waiting } = instanceOf(module);
  let tell: (lost: OodgateError) => void = () => undefined;
  const trap = new Promise<never>((_, reject) => (tell = reject));
  const onError = (event: Event): void => {
    const { error } = event as ErrorEvent;
    // Another call that waited may have had it replaced already.
    if (!waiting.has(tell) || !leftUnfinished(error)) return;
    event.preventDefault();
    replace(module, error);
  };
  waiting.add(tell);
  globalThis.addEventListener?.("error", onError);
  try {
    return await Promise.race([outcome, trap]);
  } catch (thrown) {
    throw translate(thrown, module);
  } finally {
    waiting.delete(tell);
    globalThis.removeEventListener?.("error", onError);
  }
}
