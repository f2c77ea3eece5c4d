import type { EpochProgress, FitOptions } from "./types.js";

/**
 * The caller's `onEpoch`, which may be an async function. Its promise is not waited for, because it may itself wait for a call
 * that is queued behind the fit; when it fails while the fit runs, that ends the fit.
 */
export class Listener {
  readonly #onEpoch: FitOptions["onEpoch"];
  readonly #onFailure: () => void;
  #failure: { error: unknown } | undefined;
  #left = false;

  constructor(onEpoch: FitOptions["onEpoch"], onFailure: () => void = () => undefined) {
    this.#onEpoch = onEpoch;
    this.#onFailure = onFailure;
  }

  hear(epoch: EpochProgress): void {
    if (this.#left || this.#failure !== undefined) return;
    try {
      const heard: unknown = this.#onEpoch?.(epoch);
      Promise.resolve(heard).catch((error: unknown) => {
        // Too late for the fit: left to the host, which reports a rejection that nobody handles.
        if (this.#left) throw error;
        this.#fail(error);
      });
    } catch (error) {
      this.#fail(error);
    }
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  leave(): void {
    this.#left = true;
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#onFailure();
  }
}
