// The service worker: keeps the site for visits without a network.

import { clientsClaim } from "workbox-core";
import { cleanupOutdatedCaches, precacheAndRoute, type PrecacheEntry } from "workbox-precaching";
import { registerRoute } from "workbox-routing";
import { CacheFirst } from "workbox-strategies";
import type { Answer, Message } from "../shared/offline/messages";

/** A file of the built site; the build marks those that are kept only once a page asked. */
interface SiteFile extends PrecacheEntry {
  readonly onDemand?: boolean;
}

declare const self: ServiceWorkerGlobalScope;

const files = self.__WB_MANIFEST as readonly SiteFile[];
const { scope } = self.registration;
/** The scope tells the sites of one host apart. */
const cacheName = `oodgate-on-demand-${scope}`;

/** Under which key each file on demand is kept: those with a revision keep their address. */
const keys = new Map(
  files
    .filter(({ onDemand }) => onDemand)
    .map(({ url, revision }) => {
      const { href } = new URL(url, scope);
      return [href, revision ? `${href}?revision=${revision}` : href] as const;
    }),
);

// Pages, scripts and styles, of one version all together. No address but theirs is answered with a
// page.
precacheAndRoute(files.filter(({ onDemand }) => !onDemand));
cleanupOutdatedCaches();

const matchOptions = { ignoreVary: true };
const asked = new CacheFirst({
  cacheName,
  matchOptions,
  plugins: [{ cacheKeyWillBeUsed: async ({ request }) => keys.get(request.url) ?? request.url }],
});
registerRoute(({ url }) => keys.has(url.href), asked);

// A page of the first visit is served by the worker as soon as there is one.
clientsClaim();

self.addEventListener("activate", (event) => event.waitUntil(forgetOtherVersions()));

self.addEventListener("message", (event) =>
  event.waitUntil(obey(event.data as Message, event.source as WindowClient)),
);

async function obey(message: Message, page: WindowClient): Promise<void> {
  if (message.kind === "opened") return checkVersion(message.script, page);
  if (message.kind === "take-over") return takeOver();
  if (message.kind === "keep-folder") return keepFolder(message.address);
  const headers = { "content-length": `${message.file.size}` };
  return keep(message.address, async () => new Response(message.file, { headers }));
}

/** Files on demand that this version does not have. */
async function forgetOtherVersions(): Promise<void> {
  const cache = await caches.open(cacheName);
  const current = new Set(keys.values());
  const kept = await cache.keys();
  await Promise.all(kept.filter(({ url }) => !current.has(url)).map((old) => cache.delete(old)));
}

/** Keeps a file on demand, unless it came by this worker and is kept already. */
async function keep(address: string, get: () => Promise<Response>): Promise<void> {
  const key = keys.get(address);
  const cache = await caches.open(cacheName);
  if (key === undefined || (await cache.match(key, matchOptions)) !== undefined) return;
  const response = await get();
  if (response.status === 200) await cache.put(key, response);
}

/** The browser's own cache has the files where the host allows that. */
async function keepFolder(folder: string): Promise<void> {
  for (const address of keys.keys())
    if (address.startsWith(folder)) await keep(address, () => fetch(address));
}

function checkVersion(script: string, page: WindowClient): void {
  if (files.some(({ url }) => new URL(url, scope).href === script)) return;
  page.postMessage("reload" satisfies Answer);
}

/** Not while a page of the version before is open: it would miss its scripts. */
async function takeOver(): Promise<void> {
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (open.filter(({ url }) => url.startsWith(scope)).length <= 1) await self.skipWaiting();
}
