/**
 * Works off one choice at a time, and then the latest: what was chosen and dropped in between is never begun. `once` answers false
 * when something else was chosen while it ran. The place is marked as busy meanwhile.
 */
export function untilLatest(place: HTMLElement, once: () => Promise<boolean>): () => Promise<void> {
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    while (!(await once()));
    place.removeAttribute("aria-busy");
    running = undefined;
  };
  return () => {
    place.setAttribute("aria-busy", "true");
    // Not at once: what `once` does first may itself ask for another turn.
    return (running ??= Promise.resolve().then(run));
  };
}
