/** Questions to a Worker and its answers, matched by number. */

export interface Question<Q> {
  readonly id: number;
  readonly ask: Q;
}

export type Answer<A> =
  { readonly id: number; readonly answer: A } | { readonly id: number; readonly error: string };

export class Calls<Q, A> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve(answer: A): void; reject(error: Error): void }>();
  #next = 0;

  /** The signal ends the Worker; what was asked and not answered rejects. */
  constructor(worker: Worker, signal: AbortSignal) {
    this.#worker = worker;
    signal.addEventListener("abort", () => {
      worker.terminate();
      this.#end(new Error("The worker was ended."));
    });
    worker.addEventListener(
      "message",
      ({ data }: MessageEvent<Answer<A> | { progress: unknown }>) => {
        if (!("id" in data)) return;
        const call = this.#waiting.get(data.id);
        this.#waiting.delete(data.id);
        if ("error" in data) call?.reject(new Error(data.error));
        else call?.resolve(data.answer);
      },
    );
    worker.addEventListener("error", (event) =>
      this.#end(new Error(event.message || "The worker could not be started.")),
    );
  }

  ask(ask: Q, transfer: Transferable[] = []): Promise<A> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ask } satisfies Question<Q>, transfer);
    });
  }

  #end(error: Error): void {
    for (const call of this.#waiting.values()) call.reject(error);
    this.#waiting.clear();
  }
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
