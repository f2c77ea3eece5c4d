/**
 * The end of a Worker, for those who wait for its answers. Knows nothing of a head: a Worker's listeners hold this, and would keep
 * a forgotten head, and so themselves, alive for good.
 */
export class Ending {
  #error: Error | undefined;
  readonly #waiting = new Set<(error: Error) => void>();

  /** Rejects what is waited for, and what will be. */
  announce(error: Error): void {
    this.#error ??= error;
    for (const reject of this.#waiting) reject(this.#error);
    this.#waiting.clear();
  }

  /** What was asked for, unless the end comes first. Not `Promise.race`: a promise of the end would remember every call until then. */
  before<T>(asked: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#error !== undefined) reject(this.#error);
      else this.#waiting.add(reject);
      asked.then(resolve, reject).finally(() => this.#waiting.delete(reject));
    });
  }
}
