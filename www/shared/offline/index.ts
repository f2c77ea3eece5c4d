import type { Answer, Message } from "./messages";

/** Every page lies in a folder of its own, and the worker beside these folders. */
const site = (): URL => new URL("..", document.baseURI);

let registered: Promise<ServiceWorker | null> | undefined;

/**
 * The service worker, or null where there is none: during development, by the browser's will, or
 * because there is no room for the site.
 */
const worker = (): Promise<ServiceWorker | null> => (registered ??= register());

/** Has the browser keep the site for visits without a network. */
export function startOffline(): void {
  void update();
  checkVersion();
  void worker();
}

/** Has a file kept that the page fetched. Only those count that are not kept from the start. */
export async function keepOffline(address: string | URL, file: Blob): Promise<void> {
  send(await worker(), { kind: "keep", address: new URL(address, document.baseURI).href, file });
}

/** Has a folder's files kept, which something else than the page fetched. */
export async function keepFolderOffline(address: URL): Promise<void> {
  send(await worker(), { kind: "keep-folder", address: address.href });
}

const isThere = (): boolean => import.meta.env.PROD && "serviceWorker" in navigator;

async function register(): Promise<ServiceWorker | null> {
  if (!isThere()) return null;
  // Not before: what the page itself needs comes first.
  if (document.readyState !== "complete")
    await new Promise((loaded) => addEventListener("load", loaded, { once: true }));
  const { serviceWorker } = navigator;
  try {
    const script = new URL("sw.js", site());
    const { active, waiting, installing } = await serviceWorker.register(script, {
      scope: site().href,
    });
    return active ?? (await installed(waiting ?? installing));
  } catch (error) {
    console.warn("This site is not kept for use offline.", error);
    return null;
  }
}

/** The first worker once it is active, or null where it could not keep the site. */
const installed = (first: ServiceWorker | null): Promise<ServiceWorker | null> =>
  new Promise((resolve) => {
    if (first === null) return resolve(null);
    const settle = (): void => {
      if (first.state === "activated") resolve(first);
      else if (first.state === "redundant") resolve(null);
    };
    first.addEventListener("statechange", settle);
    settle();
  });

/**
 * A version that came during an earlier visit takes over as the page opens, when nothing has been
 * done on it yet. With other pages open it waits.
 */
async function update(): Promise<void> {
  if (!isThere()) return;
  const { serviceWorker } = navigator;
  // Browsers that block storage reject; registering says so.
  const registration = await serviceWorker.getRegistration(site()).catch(() => undefined);
  if (!registration?.waiting) return;
  serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  send(registration.waiting, { kind: "take-over" });
}

/**
 * A version that takes over while a page is on its way here serves the scripts of a page that the
 * version before has sent. The script's name holds its hash.
 */
function checkVersion(): void {
  const script = document.querySelector<HTMLScriptElement>("script[type=module]")?.src;
  if (!isThere() || script === undefined) return;
  const { serviceWorker } = navigator;
  serviceWorker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
    if (data === "reload") location.reload();
  });
  serviceWorker.startMessages();
  send(serviceWorker.controller, { kind: "opened", script });
}

const send = (to: ServiceWorker | null, message: Message): void => to?.postMessage(message);
