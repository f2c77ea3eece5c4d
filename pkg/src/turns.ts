/** How long work may hold the thread before the page gets a turn: half a frame at 60 Hz. */
const TURN_MS = 8;

/** Most batches of a turn: work that ends early, at the end of an epoch, seems quick however many were asked for. */
const MOST = 4096;

/** Divides work on the thread into turns between which the page lives. */
export class Turns {
  #batches = 1;

  /** Runs as many batches as fit one turn, going by how long earlier ones took. */
  async take<T>(run: (batches: number) => T | Promise<T>): Promise<T> {
    const started = performance.now();
    const outcome = await run(this.#batches);
    const took = performance.now() - started;
    // At most doubled, because one quick turn says little about the next.
    const fitting = Math.round((this.#batches * TURN_MS) / Math.max(took, 0.01));
    this.#batches = Math.max(1, Math.min(2 * this.#batches, fitting, MOST));
    return outcome;
  }

  /**
   * Lets the event loop pass once. Not a timer: nested timers wait at least 4 ms; not `scheduler.yield()`: its continuation
   * goes before timers, so that one that aborts the work might never fire.
   */
  yield(): Promise<void> {
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
}
