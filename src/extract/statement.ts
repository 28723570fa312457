import { shorten } from "./caught-text.ts";

/** Where a pattern of the envelope matches: its first group, and the text on both sides of it. All latin1. */
export interface Statement {
  readonly text: string;
  readonly before: string;
  readonly after: string;
}

/** More than a number or a name goes on for. */
const SIDE = 300;

/**
 * Every place where a pattern matches and its group takes part. @param texts the whole text, or its start and its end with a gap between them. What touches the
 * gap may go on in it.
 */
export function statementsOf(source: string | undefined, texts: readonly string[]): Statement[] {
  if (source === undefined) return [];
  const regex = new RegExp(source, "dg");
  return texts.flatMap((text, part) =>
    [...text.matchAll(regex)].flatMap((match) => {
      const place = match.indices![1];
      if (place === undefined) return [];
      const [from, to] = place;
      const before = part === 0 || from > 0 ? text.slice(Math.max(0, from - SIDE), from) : GAP;
      const after = part === texts.length - 1 || to < text.length ? text.slice(to, to + SIDE) : GAP;
      return [{ text: match[1]!, before, after }];
    }),
  );
}

/** Stands for bytes that were not kept. A digit, so that a number beside it is not taken for whole. */
const GAP = "0";

/** What makes a number go on: a digit, a point or an exponent. */
const GOES_ON = /^(?:[0-9.]|[eE](?:[+-]?[0-9]|[+-]?$))/;
const BEGAN_BEFORE = /(?:[0-9]|[0-9]\.|[0-9][eE][+-]?|(?:^|[^0-9A-Za-z_])-)$/;

/** A count of matches, read to its end: nothing but digits, with no part of a number on either side. */
export function readCount({ text, before, after }: Statement): number | { readonly written: string } {
  if (/^[0-9]{1,15}$/.test(text) && !GOES_ON.test(after) && !BEGAN_BEFORE.test(before)) return Number(text);
  return { written: shorten(`${/[-+0-9.eE]*$/.exec(before)![0]}${text}${/^[-+0-9.eE]*/.exec(after)![0]}`) };
}

/** Whether digits are followed by more of them, or by an exponent. */
export function isCutNumber({ text, after }: Statement): boolean {
  return /^[0-9]+$/.test(text) && after !== "" && !after.startsWith(".") && GOES_ON.test(after);
}

/**
 * A name, read to its end, since a group may be too short for it or not know all of its letters: to the quote if it stands in quotes,
 * else as long as a word goes on.
 */
export function wholeName({ text, before, after }: Statement): string {
  const rest = before.endsWith('"') ? /^(?:[^"\\]|\\.)*/s : /^(?:[\w\\\x80-\xff]|[-.:/](?=\w))*/;
  return text + rest.exec(after)![0];
}
