// The built site on this machine, for those who build it again and again.

import { serve } from "./serve.mjs";
import { at } from "./shell.mjs";

/**
 * Serves `www/dist`, as it is but for its service worker, which would show the build before this
 * one once more: the script in its place removes one that is left of an earlier visit.
 * @param {object} options as of `serve`, without mounts
 */
export const serveSite = (options) =>
  serve({
    ...options,
    mounts: { "/": at("www", "dist"), "/sw.js": at("www", "worker", "remove.js") },
  });
