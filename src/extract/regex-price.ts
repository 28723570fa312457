import { ANY_BYTE, NO_BYTE, type ByteSet } from "./byte-set.ts";
import { classesOf, FactsOfRegex, type RegexFacts } from "./regex-facts.ts";
import { eitherPast, excludeEachOther, leastDistance, pastAfter, type Past } from "./regex-past.ts";
import type { BackReference, Choice, Group, Letter, RegexTree, Repeat, Sequence } from "./regex-tree.ts";

export interface Price {
  /** The most steps that a backtracking matcher takes for each byte of any text. */
  readonly stepsPerByte: number;
  /** The piece that multiplies them most; null if none does. */
  readonly worst: { readonly written: string; readonly column: number } | null;
}

/** Higher prices are not told apart. */
export const HIGHEST_PRICE = 1e12;

/**
 * The price of a bounded pattern. A step is one visit of a place in the pattern at a place in the text, and there is one visit for
 * each way to get there from any place at which a match is tried. So the ways are counted: a letter keeps their number, alternatives
 * add theirs up, and a repetition adds up what enters it at different places of the text, unless no text has a way from both.
 * That is an upper bound, for a matcher stops at the first match; docs/decisions/0029-patterns-have-a-price.md proves it.
 *
 * @throws SpecError if the pattern is too intricate to be priced
 */
export function priceOf(bounded: RegexTree): Price {
  const classes = classesOf(bounded);
  const pricing = new Pricing(classes);
  pricing.walk(bounded, { ways: classes.map(() => 1), past: [], anchors: [EVERYWHERE] }, ANY_BYTE);
  return { stepsPerByte: Math.min(HIGHEST_PRICE, Math.max(...pricing.steps)), worst: pricing.worst };
}

/** For each class of bytes: the most ways to a place in the text that has one of them to its left. */
type Ways = readonly number[];

/** What arrives at a place in the pattern. */
interface Arrivals {
  readonly ways: Ways;
  readonly past: Past;
  readonly anchors: readonly Anchor[];
}

/**
 * An earlier place in the pattern, from which the text decides the way to here: each way there leads to at most one here. So here are
 * no more ways than there, summed over the places of the text from which one gets here.
 */
interface Anchor {
  readonly ways: number;
  readonly past: Past;
  /** What stands between there and here: the bytes, and how many. */
  readonly between: ByteSet;
  readonly min: number;
  readonly max: number;
  /** Ways for each byte, at most. */
  readonly density: number;
}

/** A match is tried everywhere. */
const EVERYWHERE: Anchor = { ways: 1, past: [], between: NO_BYTE, min: 0, max: 0, density: 1 };

/** Those of lowest density are kept. */
const MOST_ANCHORS = 3;

/** The most alternatives that are compared with each other; beyond, a text is taken to have both. */
const MOST_COMPARED = 20_000;

/** The most ways after at least `from` and at most `to` rounds of a repetition. */
type MostWays = (from: number, to: number) => number;

interface Rounds {
  /** One round never goes on in more than one way. */
  readonly isDecided: boolean;
  /** The bytes with which a round can end. */
  readonly ends: ByteSet;
  /** What leaves a round that these ways enter. */
  readonly round: (ways: Ways) => Ways;
}

class Pricing {
  steps: number[];
  worst: Price["worst"] = null;
  #worstWays = 1;
  #compared = MOST_COMPARED;
  readonly #facts = new FactsOfRegex();
  readonly #classes: readonly ByteSet[];
  /** The places in #classes of what a set holds. */
  readonly #places = new Map<ByteSet, readonly number[]>();

  constructor(classes: readonly ByteSet[]) {
    this.#classes = classes;
    this.steps = classes.map(() => 0);
  }

  /** Counts the visits of `tree` and says what leaves it. `follow`: the bytes that may stand behind it. */
  walk(tree: RegexTree, at: Arrivals, follow: ByteSet): Arrivals {
    this.#facts.spend();
    switch (tree.kind) {
      case "letter":
        return this.#letter(tree, at, follow);
      case "sequence":
        return this.#sequence(tree, at, follow);
      case "choice":
        return this.#choice(tree, at, follow);
      case "group":
        return this.#group(tree, at, follow);
      case "repeat":
        return this.#repeat(tree, at, follow);
      case "back-reference":
        return this.#backReference(tree, at, follow);
      case "look-ahead":
        this.#visit(at.ways);
        // It also sees the bytes that the text's way past it excludes.
        this.walk(tree.body, { ...at, anchors: [] }, ANY_BYTE);
        return at;
      case "word-edge":
        this.#visit(at.ways);
        return at;
    }
  }

  #letter(tree: Letter, at: Arrivals, follow: ByteSet): Arrivals {
    this.#visit(at.ways);
    return this.#after(tree, at, this.#endingIn(tree.takes, Math.max(...at.ways)), follow);
  }

  #sequence(tree: Sequence, at: Arrivals, follow: ByteSet): Arrivals {
    const follows = this.#facts.follows(tree, follow);
    return tree.items.reduce((arrivals, item, place) => this.walk(item, arrivals, follows[place]!), at);
  }

  #choice(tree: Choice, at: Arrivals, follow: ByteSet): Arrivals {
    this.#visit(at.ways, tree.options.length);
    const ways = this.#either(tree.options.map((option) => this.walk(option, at, follow)));
    this.#compare(Math.max(...ways), tree.written, tree.column);
    return this.#after(tree, at, ways, follow);
  }

  #group({ capture, body }: Group, at: Arrivals, follow: ByteSet): Arrivals {
    const after = this.walk(body, at, follow);
    if (capture !== null) this.#visit(sum(at.ways, after.ways));
    return after;
  }

  /** It compares as many bytes as its group matched, and goes on behind them; before its group matched it takes none. */
  #backReference(tree: BackReference, at: Arrivals, follow: ByteSet): Arrivals {
    const most = Math.max(...at.ways) * tree.longest;
    this.#visit(at.ways, 1 + tree.longest);
    this.#compare(most, `\\${tree.group}`, tree.column);
    return this.#after(tree, at, sum(at.ways, this.#endingIn(ANY_BYTE, most)), follow);
  }

  #repeat(tree: Repeat, before: Arrivals, follow: ByteSet): Arrivals {
    const { body, min, max } = tree;
    this.#visit(before.ways);
    if (max === 0) return before;
    if (max > 1) return this.#rounds(tree, before, follow);
    const once = this.walk(body, before, follow);
    this.#visit(once.ways);
    const ways = min === 0 ? this.#either([before, once]) : once.ways;
    this.#compare(Math.max(...ways), `${tree.what}${tree.written}`, tree.column);
    return this.#after(tree, before, ways, follow);
  }

  #rounds(tree: Repeat, before: Arrivals, follow: ByteSet): Arrivals {
    const { body, min, max } = tree;
    const { first, last, min: shortest, max: longest } = this.#facts.of(body);
    const at = { ...before, anchors: this.#withAnchor(before) };
    const ends = shortest === 0 ? ANY_BYTE : last;
    const past = eitherPast(at.past, pastAfter(body, [], this.#facts));
    const round = (ways: Ways, anchors: readonly Anchor[]): Ways => this.walk(body, { ways, past, anchors }, first | follow).ways;
    const isDecided = shortest > 0 && this.#facts.isDecided(body, ANY_BYTE);
    const mostWays = this.#mostWays(tree, at, { isDecided, ends, round: (ways) => round(ways, []) });
    const entering = sum(at.ways, this.#endingIn(ends, mostWays(1, max - 1)));
    this.#compare(Math.max(...entering), `${tree.what}${tree.written}`, tree.column);
    // A way passes each place within a round once at most in a place of the text, so the anchors hold there too.
    const arriving = round(entering, isDecided ? at.anchors.map((anchor) => further(anchor, { ...this.#facts.of(body), min: 0, max: (max - 1) * longest })) : []);
    this.#visit(lower(arriving, mostWays(1, max)));
    const leaving = lower(arriving, mostWays(Math.max(1, min), max));
    return this.#after(tree, at, min === 0 ? sum(at.ways, leaving) : leaving, follow);
  }

  /** The lowest of three bounds. */
  #mostWays({ body }: Repeat, at: Arrivals, { isDecided, ends, round }: Rounds): MostWays {
    const facts = this.#facts.of(body);
    const again = Math.max(...this.#placesOf(ends).map((place) => at.ways[place]!));
    const entering = Math.max(...at.ways);
    let gain: number | null = null;
    return (from, to) => {
      if (to < from) return 0;
      const anchored = isDecided ? Math.min(...at.anchors.map((anchor) => fromAnchor(anchor, facts, from, to))) : Infinity;
      if (anchored <= entering) return anchored;
      gain ??= this.#gain(at, ends, round);
      // If one round never joins two ways, the rounds form one chain back through the text, which may be entered at each of its links.
      const joined = gain <= 1 ? entering + (to - from) * again : entering * powers(gain, from, to);
      return Math.min(anchored, joined, HIGHEST_PRICE);
    };
  }

  /** How many ways one round makes of one way to every place where it can begin. */
  #gain(at: Arrivals, ends: ByteSet, round: (ways: Ways) => Ways): number {
    const { steps, worst } = this;
    const worstWays = this.#worstWays;
    this.steps = steps.map(() => 0);
    const begins = this.#endingIn(ends, 1).map((way, place) => (at.ways[place]! > 0 ? 1 : way));
    const gain = Math.max(...round(begins));
    this.steps = steps;
    this.worst = worst;
    this.#worstWays = worstWays;
    return gain;
  }

  #after(tree: RegexTree, at: Arrivals, ways: Ways, follow: ByteSet): Arrivals {
    const anchors = at.anchors.length > 0 && this.#facts.isDecided(tree, follow) ? at.anchors.map((anchor) => further(anchor, this.#facts.of(tree))) : [];
    return { ways, past: pastAfter(tree, at.past, this.#facts), anchors };
  }

  /** What leaves alternatives: the sum, but of those that no text has together the most. */
  #either(options: readonly Arrivals[]): Ways {
    const alone: { ways: Ways; pasts: Past[] }[] = [];
    for (const { ways, past } of options) {
      const other = alone.find(({ pasts }) => pasts.every((one) => this.#exclude(one, past)));
      if (other === undefined) {
        alone.push({ ways, pasts: [past] });
        continue;
      }
      other.ways = other.ways.map((count, place) => Math.max(count, ways[place]!));
      other.pasts.push(past);
    }
    return alone.map(({ ways }) => ways).reduce(sum);
  }

  #exclude(one: Past, other: Past): boolean {
    this.#compared -= 1;
    return this.#compared >= 0 && excludeEachOther(one, other);
  }

  #visit(ways: Ways, times = 1): void {
    for (let place = 0; place < ways.length; place += 1) this.steps[place]! += ways[place]! * times;
  }

  #compare(ways: number, written: string, column: number): void {
    if (ways <= this.#worstWays) return;
    this.#worstWays = ways;
    this.worst = { written, column };
  }

  /** `most` ways to places that have a byte of `ends` to their left. */
  #endingIn(ends: ByteSet, most: number): Ways {
    const ways = this.#classes.map(() => 0);
    for (const place of this.#placesOf(ends)) ways[place] = Math.min(most, HIGHEST_PRICE);
    return ways;
  }

  #placesOf(set: ByteSet): readonly number[] {
    const known = this.#places.get(set);
    if (known !== undefined) return known;
    const places = this.#classes.flatMap((one, place) => ((one & set) === NO_BYTE ? [] : [place]));
    this.#places.set(set, places);
    return places;
  }

  /** The anchors of a place, with that place itself. */
  #withAnchor({ ways, past, anchors }: Arrivals): Anchor[] {
    const most = Math.max(...ways);
    const left = this.#classes.filter((_, place) => ways[place]! > 0).reduce((one, other) => one | other, NO_BYTE);
    const known = [left & (past[0] ?? ANY_BYTE), ...past.slice(1)];
    const here: Anchor = { ways: most, past: known, between: NO_BYTE, min: 0, max: 0, density: most / leastDistance(known, ANY_BYTE) };
    return [...anchors, here].sort((one, other) => one.density - other.density).slice(0, MOST_ANCHORS);
  }
}

function sum(one: Ways, other: Ways): Ways {
  return one.map((count, place) => Math.min(count + other[place]!, HIGHEST_PRICE));
}

function lower(ways: Ways, most: number): Ways {
  return ways.map((count) => Math.min(count, most));
}

/** base^from + … + base^to */
function powers(base: number, from: number, to: number): number {
  let total = 0;
  for (let exponent = from; exponent <= to && total < HIGHEST_PRICE; exponent += 1) total += base ** exponent;
  return total;
}

function further(anchor: Anchor, { min, max, holds }: RegexFacts): Anchor {
  return { ...anchor, between: anchor.between | holds, min: anchor.min + min, max: anchor.max + max };
}

/** The most ways from an anchor that end at one place after `from` to `to` rounds. */
function fromAnchor(anchor: Anchor, { min, max, holds }: RegexFacts, from: number, to: number): number {
  const places = 1 + Math.floor((anchor.max + to * max - anchor.min - from * min) / leastDistance(anchor.past, anchor.between | holds));
  return anchor.ways * places;
}
