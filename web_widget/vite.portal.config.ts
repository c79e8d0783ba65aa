/** Builds the citizens' portal. */
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";
import { page } from "./vite.page.ts";

/** The chat's script, which is built before. */
const chat = readdirSync(resolve(import.meta.dirname, "dist/assets")).find((name) =>
  /^chat-.*\.js$/.test(name),
);
if (!chat) throw new Error("build the chat first: npm run build:chat");

/** Bytes as gzip sends them: six seconds on a line of 40 kbit/s. Nothing is cached, so every visit loads all of it. */
const LIMIT = 30 * 1024;

/** Fails the build when the portal has become too heavy for a slow line. */
function lightEnough(): Plugin {
  return {
    name: "harbour-light-enough",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const parts = Object.values(bundle).map((part) => (part.type === "chunk" ? part.code : part.source));
        const bytes = parts.reduce((sum, part) => sum + gzipSync(part, { level: 9 }).length, 0);
        if (bytes > LIMIT)
          this.error(`the portal has ${bytes} bytes before one can sign in; at most ${LIMIT}`);
      },
    },
  };
}

const settings = page("portal");

export default defineConfig({
  ...settings,
  plugins: [settings.plugins, lightEnough()],
  define: { __CHAT_SCRIPT__: JSON.stringify(`/assets/${chat}`) },
});
