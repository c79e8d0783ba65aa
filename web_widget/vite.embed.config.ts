/** Builds `embed.js`, which knows the name of the chat script, and lays the demonstration page beside it. */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

const here = import.meta.dirname;

function chatScript(): string {
  const [name, ...others] = readdirSync(resolve(here, "dist/assets")).filter((file) =>
    /^chat-.*\.js$/.test(file),
  );
  if (!name || others.length)
    throw new Error("Build the chat first: vite build --config vite.chat.config.ts");
  return `assets/${name}`;
}

function demoPage(): Plugin {
  return {
    name: "harbour-demo-page",
    generateBundle() {
      for (const file of ["index.html", "force.css", "favicon.svg"]) {
        const source = readFileSync(resolve(here, "src/demo", file), "utf8");
        this.emitFile({ type: "asset", fileName: `demo/${file}`, source });
      }
    },
  };
}

export default defineConfig({
  define: { __CHAT_SCRIPT__: JSON.stringify(chatScript()) },
  plugins: [demoPage()],
  build: {
    target: "es2023",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // Every byte is waited for on a poor connection: terser makes the smaller script.
    minify: "terser",
    terserOptions: { compress: { passes: 3, unsafe: true, ecma: 2020 } },
    outDir: "dist",
    emptyOutDir: false,
    modulePreload: false,
    rollupOptions: {
      input: resolve(here, "src/embed/embed.ts"),
      output: { format: "iife", entryFileNames: "embed.js" },
    },
  },
});
