/**
 * What the builds of the force's page share. Each is one short classic script; they are built one after the other,
 * because the last one, `embed.js`, knows the hashed names of the others.
 */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin, UserConfig } from "vite";

const here = import.meta.dirname;

/** Characters. From this length on, Chromium's code cache keeps the address of a page's script on disk. */
const NOTED_FROM = 1024;

/** Fails the build when a script that runs in the force's page has grown too long. */
function shortEnough(): Plugin {
  return {
    name: "harbour-short-enough",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        for (const part of Object.values(bundle)) {
          if (part.type === "chunk" && part.code.length >= NOTED_FROM) {
            this.error(
              `${part.fileName} has ${part.code.length} characters; ${NOTED_FROM} would leave a trace`,
            );
          }
        }
      },
    },
  };
}

/** The path of what an earlier build made, as a constant for `define`. */
export function built(pattern: RegExp): string {
  const [name, ...others] = readdirSync(resolve(here, "dist/assets")).filter((file) => pattern.test(file));
  if (!name || others.length)
    throw new Error(`Not exactly one ${pattern} in dist/assets: npm run build:chat`);
  return JSON.stringify(`assets/${name}`);
}

/** Puts files beside the scripts; white space in styles is not sent. */
export function files(paths: Readonly<Record<string, string>>): Plugin {
  return {
    name: "harbour-files",
    generateBundle() {
      for (const [path, fileName] of Object.entries(paths)) {
        const source = readFileSync(resolve(here, "src", path), "utf8");
        if (fileName.includes("/")) this.emitFile({ type: "asset", fileName, source });
        else
          this.emitFile({
            type: "asset",
            name: fileName,
            source: source.replaceAll(/\s*([\s{};:,>/])\s*/g, "$1"),
          });
      }
    },
  };
}

/** One script of the force's page, made from `src/embed/<input>`. */
export function pageScript(input: string, output: string): UserConfig {
  return {
    plugins: [shortEnough()],
    build: {
      target: "es2023",
      minify: "terser",
      terserOptions: { compress: { passes: 3, unsafe: true, ecma: 2020 }, mangle: { toplevel: true } },
      outDir: "dist",
      emptyOutDir: false,
      modulePreload: false,
      rollupOptions: {
        input: resolve(here, "src/embed", input),
        output: { format: "iife", entryFileNames: output, assetFileNames: "assets/[name]-[hash][extname]" },
      },
    },
  };
}
