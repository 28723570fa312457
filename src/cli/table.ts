import { visible } from "../model/visible.ts";
import type { Paint } from "./paint.ts";

export interface Column {
  readonly title: string;
  /** Default: left. Numbers go right. */
  readonly align?: "left" | "right";
  /** Gets the text of the cell without padding. */
  readonly paint?: (text: string) => string;
}

const GAP = "  ";

/** A line of titles, and a line per row. Ends with a line break. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], paint: Paint): string {
  const clean = rows.map((row) => row.map(visible));
  const widths = columnWidths(columns, clean);
  return [renderHeading(columns, widths, paint), ...clean.map((row) => renderRow(columns, row, widths))].join("");
}

/** The width of each column, to print a table piece by piece. Cells must be single lines. */
export function columnWidths(columns: readonly Column[], rows: readonly (readonly string[])[]): number[] {
  return columns.map(({ title }, index) => rows.reduce((width, row) => Math.max(width, widthOf(row[index] ?? "")), widthOf(title)));
}

export function renderHeading(columns: readonly Column[], widths: readonly number[], paint: Paint): string {
  const titles = columns.map(({ title, align }) => ({ title, ...(align === undefined ? {} : { align }), paint: paint.strong }));
  return renderRow(titles, columns.map(({ title }) => visible(title)), widths);
}

export function renderRow(columns: readonly Column[], cells: readonly string[], widths: readonly number[]): string {
  const padded = columns.map(({ align, paint = unpainted }, index) => {
    const cell = cells[index] ?? "";
    const blanks = " ".repeat(Math.max(0, widths[index]! - widthOf(cell)));
    return align === "right" ? blanks + paint(cell) : paint(cell) + blanks;
  });
  return `${padded.join(GAP).trimEnd()}\n`;
}

function widthOf(text: string): number {
  return Array.from(text).length;
}

function unpainted(text: string): string {
  return text;
}
