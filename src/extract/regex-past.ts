import { NO_BYTE, type ByteSet } from "./byte-set.ts";
import type { FactsOfRegex } from "./regex-facts.ts";
import type { RegexTree, Repeat } from "./regex-tree.ts";

/**
 * What a matcher knows at a place in a pattern of the bytes to its left, from right to left: after `"a":` a colon, a quote, an a, a quote.
 * Of the bytes beyond its end nothing is known.
 */
export type Past = readonly ByteSet[];

/** The most bytes that are remembered. Keys of JSON are rarely longer. */
const LONGEST_PAST = 32;

/** What is known after `tree`, if `past` is known before it. */
export function pastAfter(tree: RegexTree, past: Past, facts: FactsOfRegex): Past {
  facts.spend();
  switch (tree.kind) {
    case "letter":
      return [tree.takes, ...past.slice(0, LONGEST_PAST - 1)];
    case "sequence":
      return tree.items.reduce((before, item) => pastAfter(item, before, facts), past);
    case "choice":
      return tree.options.map((option) => pastAfter(option, past, facts)).reduce(eitherPast);
    case "group":
      return pastAfter(tree.body, past, facts);
    case "repeat":
      return pastAfterRepeat(tree, past, facts);
    case "look-ahead":
    case "word-edge":
      return past;
    case "back-reference":
      return [];
  }
}

function pastAfterRepeat({ body, min, max }: Repeat, past: Past, facts: FactsOfRegex): Past {
  const least = pastAfterTimes(body, min, past, facts);
  if (min === max) return least;
  if (body.kind === "letter") return pastAfterRun(body.takes, min, max, past);
  const once = eitherPast(least, pastAfter(body, least, facts));
  return max === min + 1 ? once : eitherPast(once, pastAfterTimes(body, min + 1, [], facts));
}

function pastAfterTimes(body: RegexTree, times: number, past: Past, facts: FactsOfRegex): Past {
  // What stands further to the left is forgotten.
  const shortest = facts.of(body).min;
  const enough = shortest === 0 ? Math.min(times, 1) : Math.min(times, Math.ceil(LONGEST_PAST / shortest));
  let after = shortest === 0 && times > 1 ? [] : past;
  for (let time = 0; time < enough; time += 1) after = pastAfter(body, after, facts);
  return after;
}

/** After min to max bytes of a set. */
function pastAfterRun(takes: ByteSet, min: number, max: number, past: Past): Past {
  const after: ByteSet[] = [];
  for (let place = 0; place < Math.min(LONGEST_PAST, min + past.length); place += 1) {
    let set = max > place ? takes : NO_BYTE;
    for (let count = min; count <= Math.min(max, place); count += 1) set |= past[place - count]!;
    after.push(set);
  }
  return after;
}

export function eitherPast(one: Past, other: Past): Past {
  return one.slice(0, other.length).map((set, place) => set | other[place]!);
}

/** Whether no text has both to the left of one place. */
export function excludeEachOther(one: Past, other: Past): boolean {
  return one.some((set, place) => place < other.length && (set & other[place]!) === NO_BYTE);
}

/** How far apart at least two places are that have this past, if there are only bytes of `between` from one to the other; Infinity if there cannot be two. */
export function leastDistance(past: Past, between: ByteSet): number {
  for (let distance = 1; distance <= Math.max(1, past.length); distance += 1) {
    if (past.every((set, place) => ((place < distance ? between : past[place - distance]!) & set) !== NO_BYTE)) return distance;
  }
  return Infinity;
}
