/**
 * Prints what a visitor's browser loads before they can type, and fails when it is over the limit:
 * the scripts and the style of the page, the chat script (its styles within) and one language, as gzip sends them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const LIMIT = 12 * 1024;
const dist = resolve(import.meta.dirname, "dist");

function weight(path: string): number {
  return gzipSync(readFileSync(join(dist, path)), { level: 9 }).length;
}

const scripts = [
  ["embed.js", weight("embed.js")] as const,
  ...readdirSync(join(dist, "assets"))
    .filter((name) => /\.(js|css)$/.test(name))
    .map((name) => [name, weight(join("assets", name))] as const),
];
const languages = readdirSync(join(dist, "assets/locales"))
  .filter((name) => !name.includes("-2-"))
  .map((name) => [name, weight(join("assets/locales", name))] as const)
  .sort(([, a], [, b]) => b - a);

const base = scripts.reduce((sum, [, bytes]) => sum + bytes, 0);
const [heaviest = ["", 0] as const] = languages;
const lines = [...scripts, ...languages].map(([name, bytes]) => `${bytes}`.padStart(7).concat(`  ${name}`));
const most = base + heaviest[1];
lines.push("", `${most} bytes with the heaviest language (${heaviest[0]}); at most ${LIMIT}`);
process.stdout.write(`${lines.join("\n")}\n`);
if (most > LIMIT) process.exitCode = 1;
