import { OodgateError, type ErrorCode } from "./errors.js";
import type { RawModule } from "./wasm.js";

/** Something that lives in a wasm instance and can be brought into a new one. */
export interface Survivor {
  /** Takes what it needs out of the old instance. Must not throw. */
  rescue(): void;
}

/** How often a file's instance has been replaced. */
const replacements = new WeakMap<RawModule, number>();
/** What lives in it. Held weakly: a head that its page forgot must be freed. */
const survivors = new WeakMap<RawModule, Set<WeakRef<Survivor>>>();

/** A number that changes when the file's instance is replaced. */
export function instanceOf(module: RawModule): number {
  return replacements.get(module) ?? 0;
}

/** Registers what lives in the module's instance until the answered function is called. */
export function live(module: RawModule, survivor: Survivor): () => void {
  const all = survivors.get(module) ?? new Set();
  survivors.set(module, all);
  for (const other of all) if (other.deref() === undefined) all.delete(other);
  const reference = new WeakRef(survivor);
  all.add(reference);
  return () => all.delete(reference);
}

function isTrap(thrown: unknown, module: RawModule): boolean {
  return thrown instanceof WebAssembly.RuntimeError || module.panicText() !== undefined;
}

/**
 * What a call into wasm threw, as the caller should see it: errors of the core by their code, a trap as "crashed" or
 * "out-of-memory", and what is neither (an abort's reason, a callback's own error) as it is. After a trap the file's instance is
 * replaced, so that everything in it can go on.
 */
export function toOodgateError(thrown: unknown, module: RawModule): unknown {
  if (thrown instanceof Error && thrown.name === "OodgateCoreError") {
    return new OodgateError((thrown as Error & { code: ErrorCode }).code, thrown.message);
  }
  if (!isTrap(thrown, module)) return thrown;
  const panicText = module.panicText();
  for (const survivor of survivors.get(module) ?? []) survivor.deref()?.rescue();
  survivors.delete(module);
  replacements.set(module, instanceOf(module) + 1);
  module.__wbg_reset_state();
  keepQuiet();
  // The core's own faults leave a text. Without one, what stops an instance is memory that could not be had.
  if (panicText === undefined && /unreachable/i.test(String(thrown))) {
    return new OodgateError("out-of-memory", "out of memory: the wasm instance could not allocate any more", { cause: thrown });
  }
  return new OodgateError("crashed", `the engine stopped: ${panicText ?? String(thrown)}`, { cause: thrown });
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

/** Runs a call into the file and translates what it throws. */
export function translated<T>(module: RawModule, call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    throw toOodgateError(thrown, module);
  }
}

/** An error that passed through frames of wasm, as every browser writes them: it left those calls unfinished, like a trap. */
const INSIDE = /wasm-function\[/;

/**
 * The outcome of a call that may go on after it has returned a promise. A trap on the way, or an error of the browser that the call
 * met there, would leave that promise pending for ever: all there is of it is an error that nobody caught.
 */
export function untilTrap<T>(outcome: T | Promise<T>): T | Promise<T> {
  if (!(outcome instanceof Promise) || typeof globalThis.addEventListener !== "function") return outcome;
  let stopWatching = (): void => undefined;
  const trap = new Promise<never>((_, reject) => {
    const onError = (event: Event): void => {
      const { error } = event as ErrorEvent;
      if (!(error instanceof Error) || !(error instanceof WebAssembly.RuntimeError || INSIDE.test(error.stack ?? ""))) return;
      event.preventDefault();
      const asTrap = (): Error => Object.assign(new WebAssembly.RuntimeError(String(error)), { cause: error as unknown });
      reject(error instanceof WebAssembly.RuntimeError ? error : asTrap());
    };
    globalThis.addEventListener("error", onError);
    stopWatching = () => globalThis.removeEventListener("error", onError);
  });
  return Promise.race([outcome, trap]).finally(stopWatching);
}
