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

  constructor({ core, features, classes }: OpenedHead) {
    this.#core = core;
    this.#classes = classes;
    const mustCopy = (): boolean => this.#queue.isBusy || !core.isReady;
    this.#reader = new ArgumentReader({ features, classes, mustCopy });
  }

  /** Reads the arguments before it returns, and calls the core once earlier calls are settled. */
  async call(name: OperationName, given: unknown[]): Promise<unknown> {
    const { takes, callerOptions = [], complete } = operationOf(name);
    const disposed = this.#disposal.signal;
    disposed.throwIfAborted();
    const read = (forms[takes] as Form)(this.#reader, ...given);
    const { signal, onEpoch } = takeCallerOptions(read.at(-1), callerOptions);
    const { stop, release } = eitherOf(disposed, signal);
    const control: CallControl = { stop, ...(onEpoch && { onEpoch }) };
    try {
      const raw = await this.#queue.run(async () => {
        disposed.throwIfAborted();
        return this.#core.call(name, read as never, control);
      });
      if (complete === undefined) return raw;
      return complete(raw, { classes: this.#classes, status: this.#core.status });
    } finally {
      release();
    }
  }

  dispose(): void {
    if (this.#disposal.signal.aborted) return;
    this.#disposal.abort(new OodgateError("disposed", "this head was disposed"));
    // Behind the call that runs: wasm must not free what it is working on.
    void this.#queue.run(async () => this.#core.free());
  }
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
