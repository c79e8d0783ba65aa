/** Builds the citizens' portal. */
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vite";
import { page } from "./vite.page.ts";

/** The chat's script, which is built before. */
const chat = readdirSync(resolve(import.meta.dirname, "dist/assets")).find((name) =>
  /^chat-.*\.js$/.test(name),
);
if (!chat) throw new Error("build the chat first: npm run build:chat");

export default defineConfig({
  ...page("portal"),
  define: { __CHAT_SCRIPT__: JSON.stringify(`/assets/${chat}`) },
});
