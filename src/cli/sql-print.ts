import type { ReadColumn, ReadPage } from "../store/read-query.ts";
import type { Paint } from "./paint.ts";
import { cellCsv, cellJson, cellText, isNumber } from "./sql-cells.ts";
import { columnWidths, oneLine, renderHeading, renderRow, type Column } from "./table.ts";

export type SqlOutput = "table" | "csv" | "json";

/** The text of a result, a piece for each page. */
export async function* printPages(pages: AsyncIterable<ReadPage>, output: SqlOutput, paint: Paint): AsyncGenerator<string> {
  switch (output) {
    case "table":
      yield* printTable(pages, paint);
      return;
    case "csv":
      yield* printCsv(pages);
      return;
    case "json":
      yield* printJson(pages);
  }
}

/** As wide as the first page needs: a later row with a longer cell stands out, but nothing is held back for it. */
async function* printTable(pages: AsyncIterable<ReadPage>, paint: Paint): AsyncGenerator<string> {
  let widths: number[] | null = null;
  let count = 0;
  for await (const { columns, rows } of pages) {
    const shown = columns.map(({ name, type }): Column => ({ title: name, align: isNumber(type) ? "right" : "left" }));
    const cells = rows.map((row) => row.map((cell, index) => (cell === null ? "" : oneLine(cellText(cell, columns[index]!.type)))));
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

async function* printCsv(pages: AsyncIterable<ReadPage>): AsyncGenerator<string> {
  let isFirst = true;
  for await (const { columns, rows } of pages) {
    if (isFirst) yield `${columns.map(({ name }) => cellCsv(name, 0)).join(",")}\n`;
    isFirst = false;
    yield rows.map((row) => `${row.map((cell, index) => cellCsv(cell, columns[index]!.type)).join(",")}\n`).join("");
  }
}

/** A list of objects, one a line. */
async function* printJson(pages: AsyncIterable<ReadPage>): AsyncGenerator<string> {
  let before = "[\n";
  for await (const { columns, rows } of pages) {
    const keys = uniqueNames(columns).map((name) => JSON.stringify(name));
    for (const row of rows) {
      yield `${before}  {${row.map((cell, index) => `${keys[index]!}: ${cellJson(cell, columns[index]!.type)}`).join(", ")}}`;
      before = ",\n";
    }
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

/** Two columns may be called the same, two fields of an object not. */
function uniqueNames(columns: readonly ReadColumn[]): string[] {
  const taken = new Map<string, number>();
  return columns.map(({ name }) => {
    const times = (taken.get(name) ?? 0) + 1;
    taken.set(name, times);
    return times === 1 ? name : `${name}_${times}`;
  });
}
