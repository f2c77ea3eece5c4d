import type { CallControl } from "../core/context.js";
import type { Core, OpenedHead } from "../core/core.js";
import { operationOf, type OperationName } from "../core/operations.js";
import { ArgumentReader } from "../input/argument-reader.js";
import { forms } from "../input/forms.js";
import { takeCallerOptions } from "../input/options.js";
import { OodgateError } from "./errors.js";
import { Queue } from "./queue.js";

/** A form of arguments, as code that serves all of them sees it. */
type Form = (reader: ArgumentReader, ...given: unknown[]) => unknown[];

/** The calls on one head: reads their arguments, queues them, and hands them to its core. */
export class Calls {
  readonly #core: Core;
  readonly #classes: readonly string[];
  readonly #queue = new Queue();
  readonly #reader: ArgumentReader;
  readonly #disposal = new AbortController();

  constructor({ core, options: { features, classes } }: OpenedHead) {
    this.#core = core;
    this.#classes = classes;
    const mustCopy = (): boolean => this.#queue.isBusy || !core.isReady;
    this.#reader = new ArgumentReader({ features, classes, mustCopy });
  }

  /**
   * Reads the arguments before it returns, and calls the core once earlier calls are settled. A
   * call that is ended before its turn rejects at once; so does one that changes nothing, whatever
   * its signal finds it doing. The core is free for the next call only when it has settled.
   */
  async call(name: OperationName, given: unknown[]): Promise<unknown> {
    const { takes, callerOptions = [], isReadOnly = false, complete } = operationOf(name);
    this.#disposal.signal.throwIfAborted();
    const read = (forms[takes] as Form)(this.#reader, ...given);
    const { signal, onEpoch } = takeCallerOptions(read.at(-1), callerOptions);
    const { stop, release } = eitherOf(this.#disposal.signal, signal);
    const control: CallControl = { stop, ...(onEpoch && { onEpoch }) };
    let hasBegun = false;
    const settled = this.#queue.run(async () => {
      stop.throwIfAborted();
      hasBegun = true;
      return this.#core.call(name, read as never, control);
    });
    const isEndedBy = (): boolean => !hasBegun || (isReadOnly && signal?.aborted === true);
    const raw = await unlessAborted(settled.finally(release), stop, isEndedBy);
    if (complete === undefined) return raw;
    return complete(raw, { classes: this.#classes, status: this.#core.status });
  }

  dispose(): void {
    if (this.#disposal.signal.aborted) return;
    this.#disposal.abort(new OodgateError("disposed", "this head was disposed"));
    if (this.#core.isInterruptible) this.#core.free();
    else void this.#queue.run(async () => this.#core.free());
  }
}

/** The outcome, or the signal's reason at once if the signal ends it. */
function unlessAborted<T>(
  outcome: Promise<T>,
  stop: AbortSignal,
  isEndedBy: () => boolean,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const end = (): void => {
      if (isEndedBy()) reject(stop.reason);
    };
    if (stop.aborted) end();
    else stop.addEventListener("abort", end);
    outcome.then(resolve, reject).finally(() => stop.removeEventListener("abort", end));
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
