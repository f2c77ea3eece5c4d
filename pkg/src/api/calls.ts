import type { CallControl } from "../core/context.js";
import type { Core, OpenedHead } from "../core/core.js";
import { completeOptions } from "../core/complete-options.js";
import { operationOf, type OperationName } from "../core/operations.js";
import { ArgumentReader } from "../input/argument-reader.js";
import { forms } from "../input/forms.js";
import { takeCallerOptions } from "../input/options.js";
import { ClassList } from "./class-list.js";
import { OodgateError } from "./errors.js";
import { Queue } from "./queue.js";
import type { CompleteOptions, HeadOptions } from "./types.js";

/** A form of arguments, as code that serves all of them sees it. */
type Form = (reader: ArgumentReader, ...given: unknown[]) => unknown[];

/** The calls on one head: reads their arguments, queues them, and hands them to its core. */
export class Calls {
  readonly #core: Core;
  readonly #classes: ClassList;
  #options: CompleteOptions;
  readonly #queue = new Queue();
  readonly #reader: ArgumentReader;
  readonly #disposal = new AbortController();

  constructor({ core, options }: OpenedHead) {
    this.#core = core;
    this.#options = freezeAll(options);
    this.#classes = new ClassList(options.classes);
    const mustCopy = (): boolean => this.#queue.isBusy || !core.isReady;
    const classes = (): readonly string[] => this.#classes.names;
    this.#reader = new ArgumentReader({ ...options, classes, mustCopy });
  }

  /** The head's options as they are. */
  get options(): CompleteOptions {
    return this.#options;
  }

  /**
   * Reads the arguments before it returns, and calls the core once earlier calls are settled. A
   * call whose signal aborts before its turn rejects at once, and so does one that changes nothing,
   * whatever its signal finds it doing. The core takes the next call only when it has settled.
   * Calls that wait when the head is disposed reject in their turn, and so not before those that
   * their caller awaits first.
   */
  async call(name: OperationName, given: unknown[]): Promise<unknown> {
    const { takes, callerOptions = [], isReadOnly = false, ...of } = operationOf(name);
    const { changeClasses, complete } = of;
    this.#disposal.signal.throwIfAborted();
    const read = (forms[takes] as Form)(this.#reader, ...given);
    const { entries } = this.#classes;
    const { signal, onEpoch } = takeCallerOptions(read.at(-1), callerOptions);
    const { stop, release } = eitherOf(this.#disposal.signal, signal);
    const control: CallControl = { stop, ...(onEpoch && { onEpoch }) };
    let hasBegun = false;
    const settled = this.#queue.run(async () => {
      stop.throwIfAborted();
      hasBegun = true;
      for (const labels of labelsIn(read)) this.#classes.renumber(labels, entries);
      const raw = await this.#core.call(name, read as never, control);
      if (changeClasses !== undefined) {
        changeClasses(this.#classes, ...(read as string[]));
        this.#renewOptions((raw as { options: HeadOptions }).options);
      }
      // Of the head as it was when it answered.
      return { raw, options: this.#options };
    });
    const canEnd = (): boolean => !hasBegun || isReadOnly;
    const { raw, options } = await unlessAborted(settled.finally(release), signal, canEnd);
    if (complete === undefined) return raw;
    return complete(raw, { options, status: this.#core.status });
  }

  #renewOptions(kept: HeadOptions): void {
    const options = completeOptions(kept, this.#options);
    this.#options = freezeAll({ ...options, classes: this.#classes.names });
  }

  dispose(): void {
    if (this.#disposal.signal.aborted) return;
    this.#disposal.abort(new OodgateError("disposed", "this head was disposed"));
    if (this.#core.isInterruptible) this.#core.free();
    else void this.#queue.run(async () => this.#core.free());
  }
}

/** Class indices among what was read: of the rows, and of those to validate on. */
function labelsIn(read: readonly unknown[]): Float64Array[] {
  const validation = (read.at(-1) as { validation?: { labels: unknown } } | undefined)?.validation;
  return [...read, validation?.labels].filter((value) => value instanceof Float64Array);
}

function freezeAll<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === "object" && inner !== null) freezeAll(inner as object);
  }
  return Object.freeze(value);
}

/** The outcome, or the signal's reason at once where the call can end. */
function unlessAborted<T>(
  outcome: Promise<T>,
  signal: AbortSignal | undefined,
  canEnd: () => boolean,
): Promise<T> {
  if (signal === undefined) return outcome;
  return new Promise<T>((resolve, reject) => {
    const end = (): void => {
      if (canEnd()) reject(signal.reason);
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end);
    outcome.then(resolve, reject).finally(() => signal.removeEventListener("abort", end));
  });
}

/**
 * A signal that is aborted with the first of two. Not `AbortSignal.any`, which browsers of 2023
 * lack. `release` when it is no longer needed: the caller's signal may live much longer than the
 * call.
 */
function eitherOf(
  first: AbortSignal,
  second: AbortSignal | undefined,
): { stop: AbortSignal; release(): void } {
  if (second === undefined) return { stop: first, release: () => undefined };
  const controller = new AbortController();
  const both = [first, second];
  const follow = (): void => {
    const aborted = both.find((signal) => signal.aborted);
    if (aborted !== undefined) controller.abort(aborted.reason);
  };
  follow();
  for (const signal of both) signal.addEventListener("abort", follow);
  const release = (): void => {
    for (const signal of both) signal.removeEventListener("abort", follow);
  };
  return { stop: controller.signal, release };
}
