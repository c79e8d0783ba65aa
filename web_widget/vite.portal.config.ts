/** Builds the citizens' portal. */
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { type CSSOptions, defineConfig, type Plugin } from "vite";
import { page } from "./vite.page.ts";

type AcceptedPlugin = NonNullable<Exclude<CSSOptions["postcss"], string | undefined>["plugins"]>[number];

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
        // Languages come one at a time; English is in the first script.
        const parts = Object.values(bundle)
          .filter((part) => part.type === "asset" || part.isEntry)
          .map((part) => (part.type === "chunk" ? part.code : part.source));
        const bytes = parts.reduce((sum, part) => sum + gzipSync(part, { level: 9 }).length, 0);
        if (bytes > LIMIT)
          this.error(`the portal has ${bytes} bytes before one can sign in; at most ${LIMIT}`);
      },
    },
  };
}

/** Physical properties of GOV.UK's and MoJ's styles, and what they are for either direction of writing. */
const LOGICAL: readonly (readonly [RegExp, string])[] = [
  [/^(margin|padding|border)-left(?=$|-)/, "$1-inline-start"],
  [/^(margin|padding|border)-right(?=$|-)/, "$1-inline-end"],
  [/^left$/, "inset-inline-start"],
  [/^right$/, "inset-inline-end"],
];
const SIDES: Readonly<Record<string, string>> = { left: "start", right: "end" };

/** Makes components that were drawn for left-to-right serve readers of Arabic and Urdu as well. */
const bothDirections: AcceptedPlugin = {
  postcssPlugin: "harbour-both-directions",
  Declaration(declaration) {
    for (const [physical, logical] of LOGICAL) {
      if (physical.test(declaration.prop)) declaration.prop = declaration.prop.replace(physical, logical);
    }
    const side = SIDES[declaration.value];
    if (side && declaration.prop === "text-align") declaration.value = side;
    if (side && declaration.prop === "float") declaration.value = `inline-${side}`;
  },
};

const settings = page("portal");

export default defineConfig({
  ...settings,
  plugins: [settings.plugins, lightEnough()],
  css: { ...settings.css, postcss: { plugins: [bothDirections] } },
  define: { __CHAT_SCRIPT__: JSON.stringify(`/assets/${chat}`) },
});
