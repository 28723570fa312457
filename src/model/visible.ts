/**
 * Texts of a provider or a user, made harmless for a reader: what would steer a terminal, break a line, or let a text look like another becomes a
 * visible escape. One place for each medium does it: a terminal (cli/terminal.ts), HTML (report/html/html.ts), CSV (csvText below), conditions
 * (condition.ts), events (kube/event-recorder.ts) and log lines (bin/log.ts).
 */

/** Control characters, lone surrogates, separators of lines and paragraphs, what changes the direction of writing, what has no width, fillers, marks and tags. */
const INVISIBLE = /[\p{Cc}\p{Cs}\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\uffff\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;

/** A text as one line without anything invisible in it. The escapes are those of JSON, so JSON stays what it is. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, escapeOf);
}

/** The same for a text of several lines, which stay. */
export function visibleLines(text: string): string {
  return text.replace(INVISIBLE, (character) => (character === "\n" ? character : escapeOf(character)));
}

/** A name in quotation marks, shortened if it is very long. */
export function shownName(name: string): string {
  return `"${shownStart(name)}"`;
}

/** The value of a field, as a sentence about it shows it. */
export function shownValue(value: unknown): string {
  return typeof value === "string" ? shownName(value) : shownStart(value === undefined ? "nothing" : JSON.stringify(value));
}

/** The start of a text, for a sentence. */
export function shorten(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

const LONGEST_SHOWN = 80;

function shownStart(text: string): string {
  return visible(text.length > LONGEST_SHOWN ? `${Array.from(text.slice(0, 200)).slice(0, 60).join("")}…` : text);
}

/**
 * In CSV. RFC 4180 quotes line breaks, so they stay, and so do the joiners that some scripts need: a program reads these cells and looks names
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

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escapeOf(character: string): string {
  return SHORT[character] ?? Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`).join("");
}
