/** Runs asynchronous tasks one after the other, in the order in which they came. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Whether a task that came now would have to wait. */
  get busy(): boolean {
    return this.#waiting > 0;
  }

  /** Runs the task when all earlier ones have settled: at once, before this call returns, when there are none. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.busy ? this.#last.then(task, task) : task();
    this.#waiting++;
    const done = (): void => {
      this.#waiting--;
    };
    this.#last = turn.then(done, done);
    return turn;
  }
}
