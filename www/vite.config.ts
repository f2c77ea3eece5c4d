import { defineConfig } from "vite";

export default defineConfig({
  // Relative, so that the built page can be hosted in any sub-folder.
  base: "./",
  // The package finds its wasm files beside its own modules. Pre-bundling would move the modules but not the files.
  optimizeDeps: { exclude: ["oodgate"] },
  // In development the package is served from the workspace, next to this folder.
  server: { fs: { allow: [".."] } },
  worker: { format: "es" },
  build: {
    target: "es2022",
    // The page's own security policy would refuse to fetch files that are inlined as data: URLs.
    assetsInlineLimit: 0,
  },
});
