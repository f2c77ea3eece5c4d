import type { EpochProgress, FitOptions } from "../api/types.js";

/**
 * The caller's `onEpoch`, which may be an async function. Its promise is not awaited, because it
 * may itself wait for a call that is queued behind the fit. When it fails while the fit runs, that
 * ends the fit.
 */
export class EpochListener {
  #onEpoch: FitOptions["onEpoch"];
  #onFailure: () => void;
  #failure: { error: unknown } | undefined;
  #isClosed = false;

  constructor(onEpoch: FitOptions["onEpoch"], onFailure: () => void = () => undefined) {
    this.#onEpoch = onEpoch;
    this.#onFailure = onFailure;
  }

  notify(epoch: EpochProgress): void {
    if (this.#isClosed || this.#failure !== undefined) return;
    try {
      const answer: unknown = this.#onEpoch?.(epoch);
      Promise.resolve(answer).catch((error: unknown) => {
        // The fit is over: the host reports the rejection as one that nobody handles.
        if (this.#isClosed) throw error;
        this.#fail(error);
      });
    } catch (error) {
      this.#fail(error);
    }
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Ends the notifications, and lets go of the functions: a Worker's port may still hold this. */
  close(): void {
    this.#isClosed = true;
    this.#onEpoch = undefined;
    this.#onFailure = () => undefined;
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#onFailure();
  }
}
