import { readdirSync } from "node:fs";
import path from "node:path";
import { readPage } from "./page.ts";
import { ROOT } from "../root.ts";

const FOLDER = "docs/runbooks";

export interface Runbook {
  readonly name: string;
  readonly page: string;
}

/** The page of each alert, without the index. */
export function runbooks(): readonly Runbook[] {
  return readdirSync(path.join(ROOT, FOLDER))
    .filter((file) => file !== "README.md")
    .map((file) => ({ name: file.replace(/\.md$/, ""), page: readPage(`${FOLDER}/${file}`) }));
}

/** The commands in indented blocks and in the text. */
export function commandsOf(page: string): string[] {
  const blocks = [...page.matchAll(/^ {4,}(?=kubectl|sluice|helm)(.*)$/gm)].map(([, command]) => command!);
  const inText = [...page.matchAll(/`((?:kubectl|sluice|helm) [^`]+)`/g)].map(([, command]) => command!);
  return [...blocks, ...inText];
}
