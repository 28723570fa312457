import type { CompiledExtract } from "../extract/compile.ts";
import { readableText } from "../extract/readable-text.ts";
import type { EpochSeconds } from "../model/window.ts";

/** One match, as it stands in the answer and as it is understood. */
export interface SeenMatch {
  readonly found: string;
  /** What the first group caught. */
  readonly time: string;
  /** Null where that cannot be read. */
  readonly at: EpochSeconds | null;
  /** Null where the pattern has no second group, or it took no part. */
  readonly type: string | null;
}

/**
 * The first matches within the beginning of a text. `isWhole` is false where the text goes on: then a match that could
 * come out longer is left out.
 */
export function firstMatches({ pattern, readTime }: CompiledExtract, text: string, isWhole: boolean, most: number): SeenMatch[] {
  const sure = isWhole ? text.length : text.length - pattern.longest;
  const matches: SeenMatch[] = [];
  for (const match of text.matchAll(new RegExp(pattern.source, "g"))) {
    if (matches.length === most || match.index > sure) break;
    const [found, time = "", type] = match;
    const at = readTime(time);
    matches.push({ found: Buffer.from(found, "latin1").toString("utf8"), time: readableText(time), at: Number.isNaN(at) ? null : at, type: type === undefined ? null : readableText(type) });
  }
  return matches;
}
