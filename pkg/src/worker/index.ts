import { expose, releaseProxy, transfer, type Remote } from "comlink";
import { OodgateError } from "../api/errors.js";
import type { HeadOptions, LoadOptions } from "../api/types.js";
import type { Core, OpenedHead } from "../core/core.js";
import { createLocal, loadLocal } from "../core/open.js";
import type { OperationName } from "../core/operations.js";
import { setSources, type Sources } from "../core/wasm.js";
import { version } from "../version.js";
import { fromCloneable } from "./clone-options.js";
import type { EpochCallback, Greeting, HeadServer, Introduction, Outcome } from "./protocol.js";

/** One head in a Worker. */
class WorkerHead implements HeadServer<Remote<EpochCallback>> {
  #core: Core | undefined;
  #running = new AbortController();

  create(options: HeadOptions, sources: Sources): Promise<Outcome<Introduction>> {
    return this.#open(sources, () => createLocal(fromCloneable(options)));
  }

  load(bytes: Uint8Array, options: LoadOptions, sources: Sources): Promise<Outcome<Introduction>> {
    return this.#open(sources, () => loadLocal(bytes, fromCloneable(options)));
  }

  call(
    name: OperationName,
    sent: readonly unknown[],
    onEpoch?: Remote<EpochCallback>,
  ): Promise<Outcome<unknown>> {
    return this.#outcome(async () => {
      this.#running = new AbortController();
      let notified: Promise<void> | undefined;
      const notify: EpochCallback = (epoch) => void (notified = onEpoch?.(epoch));
      const control = { stop: this.#running.signal, ...(onEpoch && { onEpoch: notify }) };
      const core = this.#core as Core;
      try {
        const answer = await core.call(name, sent.map(fromCloneable) as never, control);
        // The page hears of the last epoch, and so of every one, before it hears of the end.
        await notified;
        return answer;
      } finally {
        // An open port would keep the page's head, and this Worker, alive.
        onEpoch?.[releaseProxy]();
      }
    });
  }

  stop(): void {
    this.#running.abort(new OodgateError("disposed", "stopped"));
  }

  #open(sources: Sources, open: () => Promise<OpenedHead>): Promise<Outcome<Introduction>> {
    setSources(sources);
    return this.#outcome(async () => {
      const { core, options } = await open();
      this.#core = core;
      return { options };
    });
  }

  async #outcome<T>(work: () => Promise<T>): Promise<Outcome<T>> {
    const status = () => (this.#core === undefined ? {} : { status: { ...this.#core.status } });
    try {
      const value = await work();
      return transfer({ value, ...status() }, buffersOf(value));
    } catch (thrown) {
      if (!(thrown instanceof OodgateError)) return { thrown, ...status() };
      return { code: thrown.code, message: thrown.message, ...status() };
    }
  }
}

/** The memory of the arrays in an answer, which nobody here needs any more. */
function buffersOf(value: unknown, depth = 2): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer];
  if (depth === 0 || typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((inner) => buffersOf(inner, depth - 1));
}

expose(new WorkerHead());
const greeting: Greeting = { oodgate: version };
(globalThis as unknown as Worker).postMessage(greeting);
