/** Builds the script that opens the chat's frame, and the style of the launcher and the panel. */
import { defineConfig, mergeConfig } from "vite";
import { files, pageScript } from "./page.ts";

export default defineConfig(
  mergeConfig(pageScript("panel.ts", "assets/panel-[hash].js"), {
    plugins: [files({ "embed/page.css": "page.css" })],
  }),
);
