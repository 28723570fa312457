import { codes, readPage, section, tableRows } from "./page.ts";

const PAGE = readPage("docs/logs.md");

function namesIn(heading: string): string[] {
  return tableRows(section(PAGE, heading)).map(([name]) => codes(name!)[0]!);
}

const IN_EACH_LINE = namesIn("Every line");
const LEVELS = namesIn("Levels");
export const LOG_FIELDS = namesIn("Fields");

/** What is wrong with a line of a program's log by docs/logs.md; null where nothing is. */
export function wrongWith(line: string): string | null {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return `no JSON: ${line}`;
  }
  const { level, time, program, msg } = entry;
  const wrong = [
    ...(LEVELS.includes(level as string) ? [] : [`level ${String(level)}`]),
    ...(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(time)) ? [] : [`time ${String(time)}`]),
    ...(["controller", "prepare", "batch", "check"].includes(program as string) ? [] : [`program ${String(program)}`]),
    ...(typeof msg === "string" && msg !== "" ? [] : ["no msg"]),
    ...Object.keys(entry).filter((name) => !IN_EACH_LINE.includes(name) && !LOG_FIELDS.includes(name)).map((name) => `field ${name}`),
  ];
  return wrong.length === 0 ? null : `${wrong.join(", ")}: ${line}`;
}
