import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";
import { VitePWA } from "vite-plugin-pwa";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The index, and every folder of pages: a page is added by adding its folder. */
const pages = ["index.html", ...folders("pages").map((name) => `${name}/index.html`)];

function folders(path: string): string[] {
  const entries = readdirSync(here(path), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/**
 * Where the language model comes from when the build could not fetch it. Only then does a page's
 * policy name it.
 */
const hub = "https://huggingface.co https://*.huggingface.co https://*.hf.co";
const connect = existsSync(here("public/models/all-MiniLM-L6-v2/config.json"))
  ? "'self'"
  : `'self' ${hub}`;

/** What the built site's host should send too: pages that are isolated may run threads. */
const isolation = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/**
 * uPlot makes a number format in the browser's language as it loads, and throws where that is none:
 * "C", in WebKit on a system whose locale is C.UTF-8. The page's own language always is one.
 */
const uPlotLanguage: Plugin = {
  name: "uplot-language",
  transform: {
    filter: { id: /uPlot\.esm\.js/ },
    handler(code) {
      const [before, after, ...more] = code.split("domEnv ? nav.language : 'en-US'");
      if (after === undefined || more.length > 0) throw new Error("uPlot is not as expected.");
      return `${before}document.documentElement.lang${after}`;
    },
  },
};

/** Pages, scripts and styles are small; data, models and the wasm that runs them are not. */
const SMALL = 1e6;

/** The service worker, which keeps the built site for visits without a network. */
const offline = VitePWA({
  strategies: "injectManifest",
  srcDir: "../worker",
  filename: "sw.ts",
  // The plug-in's own script and links take a page's folder for the site's.
  injectRegister: false,
  manifest: false,
  injectManifest: {
    // One script, and no module: not every browser takes those as service workers.
    rollupFormat: "iife",
    globPatterns: ["**/*"],
    // A former build's, if it is still there: the reference is no page of the site.
    globIgnores: ["reference/**"],
    // Their names hold their hash.
    dontCacheBustURLsMatching: /^assets\//,
    maximumFileSizeToCacheInBytes: 1e9,
    manifestTransforms: [
      (entries) => ({
        manifest: entries.map((entry) => {
          const onDemand = entry.size > SMALL || entry.url.startsWith("models/");
          return onDemand ? { ...entry, onDemand } : entry;
        }),
      }),
    ],
  },
});

export default defineConfig({
  plugins: [
    uPlotLanguage,
    offline,
    {
      name: "connect-src",
      transformIndexHtml: (html) => html.replace("connect-src 'self'", `connect-src ${connect}`),
    },
  ],
  resolve: {
    // transformers.js asks for the build with WebGPU, twice as large; its models and ours share
    // one.
    alias: { "onnxruntime-web/webgpu": "onnxruntime-web/wasm" },
    // Without the script that starts the wasm, which is a file that the models share as well.
    conditions: ["onnxruntime-web-use-extern-wasm", ...defaultClientConditions],
  },
  // A page's address is its folder's name: /teach/, /text/.
  root: here("pages"),
  publicDir: here("public"),
  // Relative, so that the built site can be hosted in any sub-folder.
  base: "./",
  // The package finds its wasm files beside its own modules, and so does onnxruntime. Pre-bundling
  // would move the modules but not the files. It would pass by the plugin for uPlot, too.
  optimizeDeps: { exclude: ["oodgate", "onnxruntime-web", "uplot"] },
  // In development the package is served from the workspace, next to this folder.
  server: { fs: { allow: [here("..")] }, headers: isolation },
  preview: { headers: isolation },
  worker: { format: "es" },
  build: {
    outDir: here("dist"),
    emptyOutDir: true,
    target: "es2022",
    // The pages' own security policy would refuse to fetch files that are inlined as data: URLs.
    assetsInlineLimit: 0,
    // Compressing 14 MB of onnxruntime only to print a figure takes longer than the build.
    reportCompressedSize: false,
    rolldownOptions: {
      input: pages.map((page) => here(`pages/${page}`)),
      output: {
        // Some hosts know no .mjs, and browsers run a module only with a script's type.
        assetFileNames: ({ names: [name] }) =>
          name?.endsWith(".mjs") ? "assets/[name]-[hash].js" : "assets/[name]-[hash][extname]",
      },
    },
  },
});
