import { byId } from "./dom";

/** At most one message in this time, so that a screen reader can finish; the latest one wins. */
const QUIET_MS = 700;

let timer: ReturnType<typeof setTimeout> | undefined;

/** Says something to a screen reader when it next has time. */
export function announce(message: string): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    byId("live").textContent = message;
  }, QUIET_MS);
}
