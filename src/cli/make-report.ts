import { readFileSync } from "node:fs";
import path from "node:path";
import { formatMoment } from "../model/moment.ts";
import type { Window } from "../model/window.ts";
import { renderPage } from "../report/html/page.ts";
import { headline, stateWord } from "../report/html/verdict-section.ts";
import { readReport } from "../report/read-report.ts";
import type { Database } from "../store/database.ts";
import type { Dataset } from "../store/datasets.ts";
import type { Cli } from "./context.ts";

/** The page on a window, and what it says first: "complete: All 3,000 targets are settled." */
export async function makeReport(cli: Cli, db: Database, dataset: Dataset, window: Window): Promise<{ readonly page: string; readonly summary: string }> {
  const data = await readReport(db, { dataset, window, now: Math.floor(cli.clock.now() / 1000), version: cli.version });
  const script = readFileSync(path.join(path.dirname(cli.program), "report-page.js"), "utf8");
  const sentence = headline(data);
  return { page: renderPage(data, script), summary: `${stateWord(data)}: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}` };
}

/** default-demo-2026-11-22.html: a name that any file system takes. */
export function reportFileName(dataset: string, window: Window): string {
  return `${dataset.replaceAll(/[^A-Za-z0-9._-]+/g, "-")}-${formatMoment(window.start).replaceAll(":", "")}.html`;
}
