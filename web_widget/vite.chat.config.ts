/** Builds the chat's frame script (one classic script, styles within) and the files of its languages. */
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { constants, localeFiles, localePath } from "./texts.ts";

const here = import.meta.dirname;

function locales(): Plugin {
  return {
    name: "harbour-locales",
    buildStart() {
      rmSync(resolve(here, "dist/assets"), { recursive: true, force: true });
    },
    generateBundle() {
      for (const [code, source] of localeFiles) {
        this.emitFile({ type: "asset", fileName: localePath(code), source });
      }
    },
  };
}

/**
 * Names of values that only the chat's own code reads: in no frame and no document of the host, never put together
 * from strings, and where the browser has a property of that name, the chat does not use it. The build shortens them.
 */
const OURS =
  "acknowledged ahead changed closedBy covered dissolve draft end entries failed heard hello help interrupted kind " +
  "line locale newBelow next officerTyping onDuty other outbox problem refused renew resumed screen search seen " +
  "shownAt swapped waiting";

export default defineConfig({
  define: constants,
  plugins: [locales()],
  build: {
    target: "es2023",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // Every byte is waited for on a poor connection: terser makes the smaller script.
    minify: "terser",
    terserOptions: {
      compress: { passes: 3, unsafe: true, unsafe_arrows: true, pure_getters: true, ecma: 2020 },
      mangle: { properties: { builtins: true, regex: new RegExp(`^(${OURS.replaceAll(" ", "|")})$`) } },
    },
    outDir: "dist",
    emptyOutDir: false,
    modulePreload: false,
    rollupOptions: {
      input: resolve(here, "src/chat/chat.ts"),
      output: { format: "iife", entryFileNames: "assets/chat-[hash].js" },
    },
  },
});
