/**
 * The end of a Worker, for those who wait for its answers. Does not know the head: a Worker's
 * listeners hold this, and through it would keep a forgotten head, and so themselves, alive.
 */
export class WorkerLifetime {
  #error: Error | undefined;
  readonly #waiting = new Set<(error: Error) => void>();

  /** Rejects what is waited for, and what will be. */
  end(error: Error): void {
    this.#error ??= error;
    for (const reject of this.#waiting) reject(this.#error);
    this.#waiting.clear();
  }

  /**
   * The answer, unless the end comes first. Not by `Promise.race`: a promise of the end would hold
   * every call until then.
   */
  orEnd<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#error !== undefined) reject(this.#error);
      else this.#waiting.add(reject);
      answer.then(resolve, reject).finally(() => this.#waiting.delete(reject));
    });
  }
}
