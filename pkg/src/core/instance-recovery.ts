import { OodgateError, type ErrorCode } from "../api/errors.js";
import type { RawModule } from "./wasm.js";
import { isFrameOf, leftUnfinished, placeInStacks } from "./wasm-stacks.js";

/** Something that lives in a wasm instance and can be brought into a new one. */
export interface Survivor {
  /** Takes what it needs out of the old instance. Must not throw. */
  rescue(): void;
}

/** The present instance of a wasm file, and what depends on it. */
interface Instance {
  /** How often the file's instance has been replaced, and for what the last time. */
  number: number;
  lost?: OodgateError;
  /** While survivors take what they can: an error that they meet must not replace it again. */
  isEnding: boolean;
  /** Whether it is the one that a trap ended, because another could not be made yet. */
  isSpoilt: boolean;
  /** How stacks name the file's code, once that was asked. */
  place?: string | undefined;
  /** Held weakly: a head that its page forgot must be freed. */
  readonly survivors: Set<WeakRef<Survivor>>;
  /** Rejects the calls that wait for a device when the instance is replaced. */
  readonly waiting: Set<(lost: OodgateError) => void>;
}

const instances = new WeakMap<RawModule, Instance>();

function instanceOf(module: RawModule): Instance {
  const known = instances.get(module);
  if (known !== undefined) return known;
  const instance: Instance = {
    number: 0,
    isEnding: false,
    isSpoilt: false,
    survivors: new Set(),
    waiting: new Set(),
  };
  instances.set(module, instance);
  return instance;
}

/** Registers what lives in the module's instance, until the returned function is called. */
export function registerSurvivor(module: RawModule, survivor: Survivor): () => void {
  const { survivors } = instanceOf(module);
  for (const other of survivors) if (other.deref() === undefined) survivors.delete(other);
  const reference = new WeakRef(survivor);
  survivors.add(reference);
  return () => survivors.delete(reference);
}

/**
 * Runs a call into the wasm file and translates what it throws or rejects with. Errors of the core
 * keep their code. A trap becomes "crashed" or "out-of-memory", and by then the file's instance has
 * been replaced, so that everything that lived in it can go on.
 */
export function guardedCall<T>(
  module: RawModule,
  call: () => T,
  number = instanceOf(module).number,
): T {
  const instance = instanceOf(module);
  if (instance.isEnding) return call();
  // What lived in an instance is not in the next one.
  if (instance.number !== number) throw instance.lost;
  renew(module, instance);
  let outcome: T;
  try {
    outcome = call();
  } catch (thrown) {
    throw translate(thrown, module);
  }
  return outcome instanceof Promise ? (untilTrap(module, outcome) as T) : outcome;
}

/**
 * An object of the wasm file whose every use is a {@link guardedCall}. `free` does nothing once the
 * object's instance was replaced.
 */
export function guardedObject<T extends object>(module: RawModule, raw: T): T {
  const { number } = instanceOf(module);
  return new Proxy(raw, {
    get(target, key) {
      if (key === "free" && instanceOf(module).number !== number) return () => undefined;
      const value: unknown = guardedCall(module, () => Reflect.get(target, key), number);
      if (typeof value !== "function") return value;
      return (...given: unknown[]): unknown =>
        guardedCall(module, () => Reflect.apply(value, target, given), number);
    },
  });
}

function translate(thrown: unknown, module: RawModule): unknown {
  if (thrown instanceof OodgateError) return thrown;
  if (thrown instanceof Error && thrown.name === "OodgateCoreError") {
    return new OodgateError((thrown as Error & { code: ErrorCode }).code, thrown.message);
  }
  const isTrap = leftUnfinished(thrown) || module.panicText() !== undefined;
  return isTrap ? replaceInstance(module, thrown) : thrown;
}

/** Gives the file a new instance, and says why to every call that was under way. */
function replaceInstance(module: RawModule, thrown: unknown): OodgateError {
  const instance = instanceOf(module);
  const lost = lossOf(module, thrown);
  instance.isEnding = true;
  for (const survivor of instance.survivors) survivor.deref()?.rescue();
  instance.isEnding = false;
  instance.survivors.clear();
  instance.number += 1;
  instance.lost = lost;
  instance.isSpoilt = true;
  silenceOldCallbacks();
  for (const reject of instance.waiting) reject(lost);
  instance.waiting.clear();
  try {
    renew(module, instance);
  } catch {
    // The next call tries again, and is told.
  }
  return lost;
}

/** Makes the instance that takes the place of one that a trap ended, if it is still to be made. */
function renew(module: RawModule, instance: Instance): void {
  if (!instance.isSpoilt) return;
  try {
    module.__wbg_reset_state();
  } catch (cause) {
    const isFull = cause instanceof RangeError || /memory/i.test(String(cause));
    const code = isFull ? "out-of-memory" : "crashed";
    const message = `the engine stopped and could not be started again: ${String(cause)}`;
    throw new OodgateError(code, message, { cause });
  }
  instance.isSpoilt = false;
}

function lossOf(module: RawModule, thrown: unknown): OodgateError {
  const panicText = module.panicText();
  // The core's own panics leave a text. A trap without one means that an allocation failed.
  const isTrap = panicText === undefined && thrown instanceof WebAssembly.RuntimeError;
  if (isTrap && /unreachable/i.test(thrown.message)) {
    const message = "out of memory: the wasm instance could not allocate any more";
    return new OodgateError("out-of-memory", message, { cause: thrown });
  }
  const message = `the engine stopped: ${panicText ?? String(thrown)}`;
  return new OodgateError("crashed", message, { cause: thrown });
}

let isSilenced = false;

/**
 * A device goes on calling the callbacks of an instance that was replaced. The generated code
 * refuses them with an error that would otherwise be reported as uncaught.
 */
function silenceOldCallbacks(): void {
  if (isSilenced || typeof globalThis.addEventListener !== "function") return;
  isSilenced = true;
  const silence = (event: Event, thrown: unknown): void => {
    const refusal = "Cannot invoke closure from previous WASM instance";
    if (thrown instanceof Error && thrown.message === refusal) event.preventDefault();
  };
  globalThis.addEventListener("error", (event) => silence(event, event.error));
  globalThis.addEventListener("unhandledrejection", (event) => silence(event, event.reason));
}

/**
 * The outcome of a call that waits for a device. A trap on the way, or an exception of the browser
 * there, would leave its promise pending for ever: all that is seen of it is an uncaught error.
 * Errors of other libraries' wasm, which may come meanwhile, are told apart by their stacks.
 */
async function untilTrap<T>(module: RawModule, outcome: Promise<T>): Promise<T> {
  const instance = instanceOf(module);
  const { waiting } = instance;
  // Asked while the instance is sound.
  if (!("place" in instance)) instance.place = placeInStacks(module);
  let reject: (lost: OodgateError) => void = () => undefined;
  const trap = new Promise<never>((_, rejectTrap) => (reject = rejectTrap));
  const onError = (event: Event): void => {
    const { error } = event as ErrorEvent;
    // Another call that waited may have had the instance replaced already.
    if (!waiting.has(reject) || !leftUnfinished(error)) return;
    if (!isFrameOf(instance.place, error)) return;
    event.preventDefault();
    replaceInstance(module, error);
  };
  waiting.add(reject);
  globalThis.addEventListener?.("error", onError);
  try {
    return await Promise.race([outcome, trap]);
  } catch (thrown) {
    throw translate(thrown, module);
  } finally {
    waiting.delete(reject);
    globalThis.removeEventListener?.("error", onError);
  }
}
