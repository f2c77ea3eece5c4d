import type { Message } from "./messages";

/** Every page lies in a folder of its own, and the worker beside these folders. */
const site = (): URL => new URL("..", document.baseURI);

const isThere = import.meta.env.PROD && "serviceWorker" in navigator;

/** Has the browser keep the site for visits without a network. */
export function startOffline(): void {
  if (!isThere) return;
  void update();
  // Not before: what the page itself needs comes first.
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}

/** Has files kept that a page fetched, perhaps before the service worker was there. */
export async function keepOffline(...addresses: readonly string[]): Promise<void> {
  if (!isThere) return;
  const { active } = await navigator.serviceWorker.ready;
  send(active, {
    kind: "keep",
    addresses: addresses.map((address) => new URL(address, document.baseURI).href),
  });
}

function register(): void {
  navigator.serviceWorker
    .register(new URL("sw.js", site()), { scope: site().href })
    .catch((error: unknown) => console.warn("This site is not kept for use offline.", error));
}

/**
 * A version that came during an earlier visit takes over as the page opens, when nothing has been
 * done on it yet. With other pages open it waits.
 */
async function update(): Promise<void> {
  const { serviceWorker } = navigator;
  // Browsers that block storage reject; registering says so.
  const registration = await serviceWorker.getRegistration(site()).catch(() => undefined);
  if (!registration?.waiting) return;
  serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  send(registration.waiting, { kind: "take-over" });
}

const send = (worker: ServiceWorker | null, message: Message): void =>
  worker?.postMessage(message);
