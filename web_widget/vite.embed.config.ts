/** Builds `embed.js`, which knows the names of what it loads, and lays the demonstration page beside it. */
import { defineConfig, mergeConfig } from "vite";
import { built, files, pageScript } from "./page.ts";

export default defineConfig(
  mergeConfig(pageScript("embed.ts", "embed.js"), {
    define: {
      __CHAT_SCRIPT__: built(/^chat-.*\.js$/),
      __PANEL_SCRIPT__: built(/^panel-.*\.js$/),
      __AROUND_SCRIPT__: built(/^around-.*\.js$/),
      __PAGE_STYLE__: built(/^page-.*\.css$/),
    },
    plugins: [
      files({
        "demo/index.html": "demo/index.html",
        "demo/force.css": "demo/force.css",
        "demo/favicon.svg": "demo/favicon.svg",
      }),
    ],
  }),
);
