import type { OperationContext } from "./context.js";
import { Scheduler } from "./scheduler.js";

/**
 * Drives a call that the core has begun, or begins, a little at a time, so that the page stays alive. Its
 * answer; a call that changes the head can be stopped.
 */
export async function driveCall<T>(
  { raw, stop }: OperationContext,
  begun: void | Promise<void>,
  isStoppable = false,
): Promise<T> {
  await begun;
  const scheduler = new Scheduler();
  for (;;) {
    const answer: T | undefined = await raw.runCall();
    if (answer !== undefined) return answer;
    await scheduler.pause();
    if (isStoppable && stop.aborted) {
      raw.endCall();
      stop.throwIfAborted();
    }
  }
}
