import { expose, transfer, type Remote } from "comlink";
import type { Core, Facts } from "./core.js";
import { createLocal, loadLocal } from "./create.js";
import { OodgateError, type ErrorCode } from "./errors.js";
import type { Named } from "./head.js";
import { received } from "./sendable.js";
import type { HeadOptions, LoadOptions } from "./types.js";
import { takeFrom } from "./wasm.js";

/** Calls of a core that a page may make from afar. */
export type Operation = Exclude<keyof Core, "facts" | "free">;

/** What became of something that was asked for. An error crosses as data: of its class only the name would arrive. */
export type Outcome<T> = { facts?: Facts } & ({ value: T } | { code: ErrorCode; message: string } | { thrown: unknown });

/** What a page learns of a new head. */
export interface Introduction {
  features: number;
  classes: readonly string[];
}

/** Told between the turns of a fit. Its own error would end the fit, so it is brought back. */
export type Callback = (...given: unknown[]) => void;

/** One head in a Worker. */
class Server {
  #core: Core | undefined;
  #running = new AbortController();

  create(options: HeadOptions, sources: Parameters<typeof takeFrom>[0]): Promise<Outcome<Introduction>> {
    return this.#open(sources, () => createLocal(received(options)));
  }

  load(bytes: Uint8Array, options: LoadOptions, sources: Parameters<typeof takeFrom>[0]): Promise<Outcome<Introduction>> {
    return this.#open(sources, () => loadLocal(bytes, received(options)));
  }

  /** Runs one operation. Of a fit or a selection, `onEpoch` is told and {@link Server.stop} ends it. */
  call(operation: Operation, sent: unknown[], onEpoch?: Remote<Callback>): Promise<Outcome<unknown>> {
    return this.#outcome(async () => {
      const core = this.#core as Core;
      const given = sent.map(received);
      if (operation === "fit" || operation === "selectScorer") {
        this.#running = new AbortController();
        const [features, labels, options] = given as [Float32Array, Float64Array, object];
        let told: Promise<void> | undefined;
        const tell = onEpoch && { onEpoch: (...progress: unknown[]): void => void (told = onEpoch(...progress)) };
        const result = await core[operation](features, labels, { ...options, ...tell }, this.#running.signal);
        // The page hears of the last epoch, and so of every one, before it hears of the end.
        await told;
        return result;
      }
      return (core[operation] as (...given: unknown[]) => Promise<unknown>)(...given);
    });
  }

  /** Ends the fit or selection under way between two of its turns. */
  stop(): void {
    this.#running.abort(new OodgateError("disposed", "stopped"));
  }

  #open(sources: Parameters<typeof takeFrom>[0], open: () => Promise<Named>): Promise<Outcome<Introduction>> {
    takeFrom(sources);
    return this.#outcome(async () => {
      const { core, features, classes } = await open();
      this.#core = core;
      return { features, classes };
    });
  }

  async #outcome<T>(work: () => Promise<T>): Promise<Outcome<T>> {
    const facts = (): { facts?: Facts } => (this.#core === undefined ? {} : { facts: { ...this.#core.facts } });
    try {
      const value = await work();
      return transfer({ value, ...facts() }, buffersOf(value));
    } catch (thrown) {
      if (thrown instanceof OodgateError) return { code: thrown.code, message: thrown.message, ...facts() };
      return { thrown, ...facts() };
    }
  }
}

/** The memory of the arrays in an answer, which nobody here needs any more. */
function buffersOf(value: unknown, depth = 2): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer];
  if (depth === 0 || typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((inner) => buffersOf(inner, depth - 1));
}

export type { Server };

expose(new Server());
