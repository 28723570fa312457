/** Postgres' numbers of the types that are not printed as plain text. */
const BOOL = 16;
const NUMBERS: ReadonlySet<number> = new Set([20, 21, 23, 26, 700, 701, 1700]);
const DATE_TIMES: ReadonlySet<number> = new Set([1114, 1184]);
const JSONS: ReadonlySet<number> = new Set([114, 3802]);

export function isNumber(type: number): boolean {
  return NUMBERS.has(type);
}

/** A cell as text: times as ISO 8601, all else as Postgres writes it, so that a bigint keeps each of its digits. */
export function cellText(text: string, type: number): string {
  if (type === BOOL) return text === "t" ? "true" : "false";
  if (!DATE_TIMES.has(type)) return text;
  // "infinity" and years before our era are left as they are.
  return text.replace(/^([0-9]{4,}-[0-9]{2}-[0-9]{2}) ([0-9:.]+)(?:\+00)?$/, (_, date: string, time: string) => `${date}T${time}${type === 1184 ? "Z" : ""}`);
}

/** The same as JSON. Numbers keep their digits: who reads them decides what it can hold. */
export function cellJson(text: string | null, type: number): string {
  if (text === null) return "null";
  if (isNumber(type) && /^-?[0-9.]+(?:e[+-]?[0-9]+)?$/i.test(text)) return text;
  if (JSONS.has(type)) return text;
  return type === BOOL ? cellText(text, type) : JSON.stringify(cellText(text, type));
}

/** RFC 4180, and as COPY writes it: null is nothing, the empty text is "". */
export function cellCsv(text: string | null, type: number): string {
  if (text === null) return "";
  const said = cellText(text, type);
  return said === "" || /[",\r\n]/.test(said) ? `"${said.replaceAll('"', '""')}"` : said;
}
