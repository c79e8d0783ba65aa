/** Builds the officer console. */
import { defineConfig } from "vite";
import { page } from "./vite.page.ts";

export default defineConfig(page("console"));
