/** How long work may hold the thread before the page gets a turn: half a frame at 60 Hz. */
const TURN_MS = 8;

/**
 * Turns that together took no longer need no pause between them: an epoch of a few rows is a turn
 * of a tenth of a millisecond, and on a busy machine the event loop may take milliseconds to pass.
 */
const UNNOTICED_MS = 4;

/** Most batches of a turn: one that ends early, at the end of an epoch, would look very fast. */
const MAX_BATCHES = 4096;

/** Longest time without a frame before the browser gets a rest: one and a half frames at 60 Hz. */
const FRAMELESS_MS = 25;

/**
 * What an empty wait for the device takes in this thread, once that was measured. Some environments
 * look only every 10 ms whether a device is done.
 */
let emptyWait: number | undefined;

/** Divides work on the thread into turns between which the page stays responsive. */
export class Scheduler {
  #batches = 1;
  /** When the page last painted, or was given time to. */
  #painted = performance.now();
  #isFrameRequested = false;
  /** When the event loop last passed. */
  #passed = performance.now();

  /**
   * Measures what waiting for an idle device takes, the first time in a thread: that is no reason
   * for turns of fewer batches. `wait` must do nothing else.
   */
  async measureWait(wait: () => unknown): Promise<void> {
    if (emptyWait !== undefined) return;
    // What was queued before is done after the first.
    await wait();
    const started = performance.now();
    await wait();
    emptyWait = performance.now() - started;
  }

  /** Runs as many batches as fit one turn, going by how long earlier ones took. */
  async runTurn<T>(run: (batches: number) => T | Promise<T>): Promise<T> {
    const started = performance.now();
    const running = run(this.#batches);
    const held = performance.now() - started;
    const outcome = await running;
    const waited = performance.now() - started - held;
    const took = held + Math.max(0, waited - (emptyWait ?? 0));
    // At most doubled, because one quick turn says little about the next.
    const fitting = Math.round((this.#batches * TURN_MS) / Math.max(took, 0.01));
    this.#batches = Math.max(1, Math.min(2 * this.#batches, fitting, MAX_BATCHES));
    return outcome;
  }

  /** Between two turns: lets the event loop pass, unless that was a moment ago. */
  async pause(): Promise<void> {
    if (performance.now() - this.#passed < UNNOTICED_MS) return;
    await this.yieldToPage();
    this.#passed = performance.now();
  }

  /**
   * Lets the event loop pass once. Not by a timer: nested timers wait at least 4 ms, and those of a
   * hidden page a second. Not by `scheduler.yield()` either: its continuation runs before timers,
   * so that a timer that aborts the work might never fire.
   */
  yieldToPage(): Promise<void> {
    if (this.#isFrameDue()) return new Promise((resolve) => setTimeout(resolve, 1));
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        // An open port keeps Node's process alive.
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    });
  }

  /**
   * Whether a visible page has had no frame for some time. Firefox delays frames for as long as
   * messages come; a rest of 1 ms lets them through, where a timer of 0 ms does not.
   */
  #isFrameDue(): boolean {
    if (globalThis.document?.visibilityState !== "visible") return false;
    if (!this.#isFrameRequested) {
      this.#isFrameRequested = true;
      requestAnimationFrame(() => {
        this.#isFrameRequested = false;
        this.#painted = performance.now();
      });
    }
    const now = performance.now();
    if (now - this.#painted < FRAMELESS_MS) return false;
    this.#painted = now;
    return true;
  }
}
