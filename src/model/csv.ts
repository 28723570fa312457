import { escapeOf } from "./visible.ts";

/**
 * Texts in CSV. RFC 4180 quotes line breaks, so they stay, and so do the joiners that some scripts need: a program reads these cells and looks names
 * up by them. Other control characters, and what changes the direction of writing, become escapes.
 */
const UNWANTED = /[\p{Cc}--[\t\n\r]]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gv;

export function csvText(text: string): string {
  return text.replace(UNWANTED, escapeOf);
}

/** What makes a spreadsheet take a cell for a formula, as OWASP lists it. */
const FORMULA = "=+@\t\r＝＋－＠-";

/** In a regular expression of JavaScript and of Postgres. */
export const FORMULA_START = `^[${FORMULA}]`;

/** A text that a spreadsheet shows and does not run: its own sign for a text stands before it. */
export function spreadsheetText(text: string): string {
  return text !== "" && FORMULA.includes(text[0]!) ? `'${text}` : text;
}
