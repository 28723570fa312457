import { readFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../root.ts";

/** A page of the project's documentation, as its tests read it. */
export function readPage(name: string): string {
  return readFileSync(path.join(ROOT, name), "utf8");
}

/** The part of a page under a heading, up to the next heading of its level or above. @throws where there is none */
export function section(page: string, heading: string): string {
  const lines = page.split("\n");
  const from = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, "") === heading);
  if (from < 0) throw new Error(`There is no heading "${heading}".`);
  const level = /^#+/.exec(lines[from]!)![0].length;
  const length = lines.slice(from + 1).findIndex((line) => (/^(#+) /.exec(line)?.[1]?.length ?? 9) <= level);
  return lines.slice(from + 1, length < 0 ? undefined : from + 1 + length).join("\n");
}

/** The cells of the first table, without its heading. */
export function tableRows(text: string): string[][] {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => /^\|[-:|]+\|$/.test(line));
  const end = lines.findIndex((line, index) => index > from && !line.startsWith("|"));
  const rows = lines.slice(from + 1, end < 0 ? undefined : end);
  return rows.map((row) => row.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()));
}

/** What stands between backticks. */
export function codes(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
}

/** The code blocks of a language, in their order. */
export function blocks(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map((match) => match[1]!);
}
