// Takes the place of the site's service worker where the site is built again and again: removes
// that worker and what it keeps, so that pages are always those of the last build.

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => event.waitUntil(remove()));

async function remove() {
  const { scope } = self.registration;
  const kept = (await caches.keys()).filter((name) => name.endsWith(scope));
  await Promise.all(kept.map((name) => caches.delete(name)));
  // Those that the worker before has served; a page without one is of the last build already.
  const pages = await self.clients.matchAll({ type: "window" });
  await self.registration.unregister();
  await Promise.all(pages.map((page) => page.navigate(otherAddress(page.url))));
}

/** Going to an address that only adds a fragment to the page's would load nothing. */
function otherAddress(address) {
  const { search } = new URL(address);
  return address.replace("#", search === "" ? "?#" : "&#");
}
