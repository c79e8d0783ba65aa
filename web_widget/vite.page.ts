/** How a page with scripts and styles of its own is built: one folder below dist, nothing inline. */
import { resolve } from "node:path";
import preact from "@preact/preset-vite";
import type { UserConfig } from "vite";

const here = import.meta.dirname;

/** The page of `src/<name>`, served below `/<name>/`. */
export function page(name: string): UserConfig {
  return {
    root: resolve(here, "src", name),
    base: `/${name}/`,
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
      outDir: resolve(here, "dist", name),
      emptyOutDir: true,
      assetsDir: "assets",
      // The content security policy allows nothing inline.
      assetsInlineLimit: 0,
      modulePreload: false,
    },
  };
}
