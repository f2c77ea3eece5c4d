// How long a call holds the thread.

/** The longest task while a call runs, ms, and how long the call took. */
export async function longestTask(call) {
  // The time from one message to the next: a task is no longer.
  const { port1, port2 } = new MessageChannel();
  let [last, longest, goesOn] = [performance.now(), 0, true];
  const note = () => {
    const now = performance.now();
    [longest, last] = [Math.max(longest, now - last), now];
  };
  port1.onmessage = () => {
    note();
    if (goesOn) port2.postMessage(undefined);
  };
  port2.postMessage(undefined);
  const started = performance.now();
  await call();
  note();
  goesOn = false;
  return { longest, took: performance.now() - started };
}
