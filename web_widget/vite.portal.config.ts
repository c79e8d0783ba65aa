/** Builds the citizens' portal: one page under /portal/, its scripts and styles beside it, nothing inline. */
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

const here = import.meta.dirname;

/** The chat's script, which is built before. */
const chat = readdirSync(resolve(here, "dist/assets")).find((name) => /^chat-.*\.js$/.test(name));
if (!chat) throw new Error("build the chat first: npm run build:chat");

export default defineConfig({
  root: resolve(here, "src/portal"),
  base: "/portal/",
  define: { __CHAT_SCRIPT__: JSON.stringify(`/assets/${chat}`) },
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
    outDir: resolve(here, "dist/portal"),
    emptyOutDir: true,
    assetsDir: "assets",
    // The content security policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: false,
  },
});
