/** Builds the officer console: one page under /console/, its scripts and styles beside it, nothing inline. */
import { resolve } from "node:path";
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

const here = import.meta.dirname;

export default defineConfig({
  root: resolve(here, "src/console"),
  base: "/console/",
  plugins: [preact()],
  css: {
    preprocessorOptions: {
      // MoJ Frontend names GOV.UK Frontend by its path from here.
      scss: { loadPaths: [here, resolve(here, "node_modules")], quietDeps: true },
    },
  },
  build: {
    target: "es2023",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    outDir: resolve(here, "dist/console"),
    emptyOutDir: true,
    assetsDir: "assets",
    // The content security policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: false,
  },
});
