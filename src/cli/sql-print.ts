import { csvText, spreadsheetText, visible } from "../model/visible.ts";
import type { ReadColumn, ReadPage } from "../store/read-query.ts";
import type { Paint } from "./paint.ts";
import { columnWidths, renderHeading, renderRow, type Column } from "./table.ts";

export type SqlOutput = "table" | "csv" | "json";

/** The text of a result, one piece per page. @param spreadsheet whether a spreadsheet reads the CSV */
export async function* printPages(pages: AsyncIterable<ReadPage>, output: SqlOutput, paint: Paint, spreadsheet = false): AsyncGenerator<string> {
  switch (output) {
    case "table":
      yield* printTable(pages, paint);
      return;
    case "csv":
      yield* printCsv(pages, spreadsheet);
      return;
    case "json":
      yield* printJson(pages);
  }
}

/** Columns are as wide as the first page needs. A longer cell on a later page breaks the alignment, but no page has to wait for it. */
async function* printTable(pages: AsyncIterable<ReadPage>, paint: Paint): AsyncGenerator<string> {
  let widths: number[] | null = null;
  let count = 0;
  for await (const { columns, rows } of pages) {
    const shown = columns.map(({ name, type }): Column => ({ title: name, align: isNumber(type) ? "right" : "left" }));
    const cells = rows.map((row) => row.map((cell, index) => (cell === null ? "" : visible(cellText(cell, columns[index]!.type)))));
    count += rows.length;
    if (widths === null) {
      widths = columnWidths(shown, cells);
      yield renderHeading(shown, widths, paint);
      yield `${widths.map((width) => "-".repeat(width)).join("  ")}\n`;
    }
    const known = widths;
    yield cells.map((row) => renderRow(shown, row, known)).join("");
  }
  yield paint.dim(`(${count === 1 ? "1 row" : `${count} rows`})\n`);
}

async function* printCsv(pages: AsyncIterable<ReadPage>, spreadsheet: boolean): AsyncGenerator<string> {
  let isFirst = true;
  for await (const { columns, rows } of pages) {
    if (isFirst) yield `${columns.map(({ name }) => cellCsv(name, 0, spreadsheet)).join(",")}\n`;
    isFirst = false;
    yield rows.map((row) => `${row.map((cell, index) => cellCsv(cell, columns[index]!.type, spreadsheet)).join(",")}\n`).join("");
  }
}

/** A list of objects, one per line. */
async function* printJson(pages: AsyncIterable<ReadPage>): AsyncGenerator<string> {
  let before = "[\n";
  for await (const { columns, rows } of pages) {
    const keys = uniqueNames(columns).map((name) => visible(JSON.stringify(name)));
    for (const row of rows) {
      yield `${before}  {${row.map((cell, index) => `${keys[index]!}: ${cellJson(cell, columns[index]!.type)}`).join(", ")}}`;
      before = ",\n";
    }
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

/** Two columns may have the same name, two fields of an object may not. */
function uniqueNames(columns: readonly ReadColumn[]): string[] {
  const taken = new Map<string, number>();
  return columns.map(({ name }) => {
    const times = (taken.get(name) ?? 0) + 1;
    taken.set(name, times);
    return times === 1 ? name : `${name}_${times}`;
  });
}

/** Type OIDs of Postgres: the types that are not printed as plain text. */
const BOOL = 16;
const NUMBERS: ReadonlySet<number> = new Set([20, 21, 23, 26, 700, 701, 1700]);
const DATE_TIMES: ReadonlySet<number> = new Set([1114, 1184]);
const JSONS: ReadonlySet<number> = new Set([114, 3802]);

function isNumber(type: number): boolean {
  return NUMBERS.has(type);
}

/** A cell as text: times as ISO 8601, everything else as Postgres writes it, so that a bigint keeps all its digits. */
export function cellText(text: string, type: number): string {
  if (type === BOOL) return text === "t" ? "true" : "false";
  if (!DATE_TIMES.has(type)) return text;
  // "infinity" and years BC stay as they are.
  return text.replace(/^([0-9]{4,}-[0-9]{2}-[0-9]{2}) ([0-9:.]+)(?:\+00)?$/, (_, date: string, time: string) => `${date}T${time}${type === 1184 ? "Z" : ""}`);
}

/** A cell as JSON. Numbers keep all their digits, even those that a JavaScript number could not hold. */
export function cellJson(text: string | null, type: number): string {
  if (text === null) return "null";
  if (isNumber(type) && /^-?[0-9.]+(?:e[+-]?[0-9]+)?$/i.test(text)) return text;
  if (JSONS.has(type)) return visibleJson(text);
  return type === BOOL ? cellText(text, type) : visible(JSON.stringify(cellText(text, type)));
}

/** White space between the fields of a JSON value stays; within its strings it is escaped already. */
function visibleJson(json: string): string {
  return json.replace(/[^\t\n\r]+/g, visible);
}

/** A cell as RFC 4180 and COPY write it: null is nothing, the empty text is "". */
export function cellCsv(text: string | null, type: number, spreadsheet = false): string {
  if (text === null) return "";
  const read = csvText(cellText(text, type));
  const value = spreadsheet && !isNumber(type) ? spreadsheetText(read) : read;
  return value === "" || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
