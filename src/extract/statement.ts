/** Where a pattern of the envelope matches: its first group, and what stands beside it. All latin1. */
export interface Statement {
  readonly text: string;
  /** "" if the pattern itself says what stands there. */
  readonly before: string;
  readonly after: string;
  readonly inQuotes: boolean;
}

/** More than a number or a name goes on for. */
const SIDE = 300;

/**
 * Every place where a pattern matches and its group takes part. @param texts the whole text, or its start and its end with a gap between
 * them. What touches the gap may go on in it.
 */
export function statementsOf(source: string | undefined, texts: readonly string[]): Statement[] {
  if (source === undefined) return [];
  const regex = new RegExp(source, "g");
  // Indices make V8 many times slower, so they are asked for only where there is a match.
  const located = new RegExp(source, "dy");
  return texts.flatMap((text, part) =>
    [...text.matchAll(regex)].flatMap((match) => {
      if (match[1] === undefined) return [];
      located.lastIndex = match.index;
      const [from, to] = located.exec(text)!.indices![1]!;
      const before = part > 0 && from === 0 ? GAP : text.slice(Math.max(0, from - SIDE), from);
      const after = part < texts.length - 1 && to === text.length ? GAP : text.slice(to, to + SIDE);
      const inQuotes = before.endsWith('"');
      const isOpenBefore = from === match.index;
      const rest = text.slice(to, match.index + match[0].length);
      const isOpenAfter = rest === "" || (inQuotes && rest === '"');
      return [{ text: match[1], before: isOpenBefore ? before : "", after: isOpenAfter ? after : "", inQuotes }];
    }),
  );
}

/** Stands for bytes that were not kept: it goes on as a word does, and makes no number. */
const GAP = "\xff";

const REST_IN_JSON = {
  /** A quote that nothing of JSON follows is a damaged character of the string. */
  quoted: /^(?:[^"\\]|\\.|"(?!\s*(?:[,:}\]]|$)))*/s,
  /** To what ends a number. White space does not, if something else follows. */
  bare: /^(?:[^,}\]\s]|\s+(?![\s,}\]]|$))*/,
};

const REST_IN_TEXT = {
  quoted: /^(?:[^"\\]|\\.)*/s,
  bare: /^(?:[\w\\\x80-\xff]|[-.:/](?=\w))*/,
};

/**
 * What is stated, read to its end: a group may be too short for it, or not know all of its characters. In quotes it ends at the quote (in
 * JSON at one that a value can end with), in JSON where a value ends, else where a word ends.
 */
export function wholeText({ text, after, inQuotes }: Statement, isJson: boolean): string {
  const rest = isJson ? REST_IN_JSON : REST_IN_TEXT;
  return text + (inQuotes ? rest.quoted : rest.bare).exec(after)![0];
}

/** JSON knows no number with a zero before its other digits: what looks like one has lost a digit. */
export function isBrokenNumber({ inQuotes }: Statement, whole: string, isJson: boolean): boolean {
  return isJson && !inQuotes && /^0[0-9]/.test(whole);
}

/** What makes a number begin before its group. */
const BEGAN_BEFORE = /(?:[0-9]|[0-9]\.|[0-9][eE][+-]?|(?:^|[^0-9A-Za-z_])-|\xff)$/;

/** A count of matches: nothing but digits, and no part of a longer number. */
export function readCount(statement: Statement, isJson: boolean): number | { readonly written: string } {
  const whole = wholeText(statement, isJson);
  if (/^[0-9]{1,15}$/.test(whole) && !BEGAN_BEFORE.test(statement.before) && !isBrokenNumber(statement, whole, isJson)) return Number(whole);
  return { written: `${/[-+0-9.eE]*$/.exec(statement.before)![0]}${whole}` };
}
