import fc from "fast-check";
import { boundPattern, type BoundedPattern } from "../../src/extract/bound.ts";
import { keptBytes, StreamMatcher } from "../../src/extract/matcher.ts";
import { boundQuantifiers, printRegex } from "../../src/extract/regex-bounds.ts";
import { priceOf } from "../../src/extract/regex-price.ts";
import { parseRegex } from "../../src/extract/regex-syntax.ts";
import { SpecError } from "../../src/model/errors.ts";
import { feed } from "../support/provider/feed-in-pieces.ts";
import { randomFragments, weave } from "../support/provider/random-pattern.ts";
import { intricatePattern, worstTexts } from "../support/regex/intricate-pattern.ts";
import { Backtracker } from "../support/regex/backtracker.ts";
import type { FuzzReport } from "./main.ts";

/** Rounds, each of which takes its patterns from one seed. */
const ROUND = 50;

/** Until it is told to stop: random patterns, their prices held to what a backtracking matcher takes, and streams to the whole text. */
export function fuzzPatterns(seed: number, until: () => boolean): FuzzReport {
  let cases = 0;
  for (let round = seed; !until(); round += 1) {
    for (const outcome of [fc.check(pricesHold, { seed: round, numRuns: ROUND }), fc.check(streamsEqualTexts, { seed: round, numRuns: ROUND })]) {
      cases += outcome.numRuns;
      if (outcome.failed) return { cases, failure: { seed: round, what: `${String(outcome.errorInstance)}\n${JSON.stringify(outcome.counterexample)}` } };
    }
  }
  return { cases, failure: null };
}

/** A matcher that takes more is stopped: by then it has shown that it stays below a high price for long. */
const MOST_STEPS = 300_000;

/** Small, so that short texts reach them. */
const maxima = fc.record({ whiteSpace: fc.integer({ min: 1, max: 4 }), other: fc.integer({ min: 2, max: 9 }) });

const pricesHold = fc.property(intricatePattern, maxima, fc.nat(), (source, given, seed) => {
  const bounded = orNull(() => boundQuantifiers(parseRegex(source).tree, given).tree);
  if (bounded === null) return;
  const price = orNull(() => priceOf(bounded));
  if (price === null) return;
  const written = printRegex(bounded);
  const backtracker = new Backtracker(written);
  for (const text of worstTexts(written, seed)) {
    const search = backtracker.search(text, Math.min(MOST_STEPS, 1 + price.stepsPerByte * (text.length + 1)));
    const most = price.stepsPerByte * (text.length + 1);
    if (search === null) {
      if (most < MOST_STEPS) throw new Error(`${written} costs more than ${price.stepsPerByte} steps per byte on ${JSON.stringify(text)}`);
      continue;
    }
    if (search.steps > most) throw new Error(`${written} costs ${search.steps / (text.length + 1)} steps per byte on ${JSON.stringify(text)}, not ${price.stepsPerByte}`);
    const found = [...text.matchAll(new RegExp(written, "g"))].filter(([whole]) => whole !== "").map((match) => [match.index, ...match]);
    const stepped = search.matches.filter(([, whole]) => whole !== "");
    if (JSON.stringify(found) !== JSON.stringify(stepped)) throw new Error(`${written} is matched otherwise than V8 does on ${JSON.stringify(text)}`);
  }
});

const streamsEqualTexts = fc.property(intricatePattern, randomFragments, fc.nat(), fc.array(fc.nat(12_000), { maxLength: 8 }), (source, fragments, seed, cuts) => {
  const pattern = orNull(() => boundPattern(source));
  if (pattern === null) return;
  const text = weave(fragments, 12_000, seed);
  const whole = [...text.matchAll(new RegExp(pattern.source, "g"))].map((match) => `${match[1]}/${match[2]}`);
  const streamed = matchStream(pattern, Buffer.from(text, "latin1"), cuts.toSorted((one, other) => one - other));
  if (JSON.stringify(streamed) !== JSON.stringify(whole)) throw new Error(`${source} finds ${streamed.length} matches in a stream and ${whole.length} in the whole text`);
});

function matchStream(pattern: BoundedPattern, text: Buffer, cuts: readonly number[]): string[] {
  const found: string[] = [];
  const matcher = new StreamMatcher(pattern, Buffer.alloc(keptBytes(pattern)), ([, first, second]) => found.push(`${first}/${second}`));
  const sink = { work: Buffer.alloc(65_536), begin: () => matcher.room, take: (length: number) => matcher.take(sink.work, length) };
  feed(sink, text, cuts.filter((cut) => cut < text.length));
  matcher.finish();
  return found;
}

/** Null for a pattern that is refused. */
function orNull<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof SpecError) return null;
    throw error;
  }
}
