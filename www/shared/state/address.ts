/** The settings of a page after the # of its address, so that they can be shared. */

/** Writing more often than this makes a browser refuse to write at all. */
const QUIET_MS = 250;

let timer: ReturnType<typeof setTimeout> | undefined;

export const readAddress = (): URLSearchParams => new URLSearchParams(location.hash.slice(1));

/** Replaces the address: the page is not left, and Back does not step through the changes. */
export function writeAddress(values: Readonly<Record<string, string>>): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const hash = new URLSearchParams(values).toString();
    if (hash === location.hash.slice(1)) return;
    history.replaceState(history.state, "", hash === "" ? location.pathname : `#${hash}`);
  }, QUIET_MS);
}

/** Calls back when somebody puts another address into this tab. */
export function onAddress(read: () => void): void {
  addEventListener("hashchange", () => {
    clearTimeout(timer);
    read();
  });
}
