/** Builds the script of what the page does around an open chat. */
import { defineConfig } from "vite";
import { pageScript } from "./page.ts";

export default defineConfig(pageScript("around.ts", "assets/around-[hash].js"));
