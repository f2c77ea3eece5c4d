/** Runs asynchronous tasks one after the other, in the order in which they came. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Whether a task that came now would have to wait. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  /**
   * Runs the task when all earlier ones have settled. When there are none, it runs before this call
   * returns.
   */
  run<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.isBusy ? this.#last.then(task, task) : task();
    this.#waiting++;
    const done = (): void => {
      this.#waiting--;
    };
    this.#last = turn.then(done, done);
    return turn;
  }
}
