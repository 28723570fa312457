import fc from "fast-check";

/**
 * Random patterns over a few characters, most of them legal, with texts that nearly match: a text is put together from what the
 * pattern's own letters take, so that borders between pieces fall into matches and into what almost became one.
 */
const LETTERS = ["a", "b", "0", " ", '"', ","];

const letter = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...LETTERS) },
  { weight: 3, arbitrary: fc.constantFrom("[ab]", "[^a]", "[^\"]", "[0-9]", "\\d", "\\w", "\\s", "\\S", "\\W", ".", "[a\\s]", "[^\\s,]", "[\\d,]") },
);
const quantifier = fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,3}", "{0,5}", "{2,}", "*?", "+?", "{1,4}?");

export const randomPattern: fc.Arbitrary<string> = fc.letrec<{ choice: string; sequence: string; item: string }>((tie) => ({
  choice: fc.oneof({ weight: 4, arbitrary: tie("sequence") }, { weight: 1, arbitrary: fc.tuple(tie("sequence"), tie("sequence")).map((options) => options.join("|")) }),
  sequence: fc.array(tie("item"), { minLength: 1, maxLength: 4 }).map((items) => items.join("")),
  item: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    { weight: 8, arbitrary: fc.tuple(letter, quantifier).map((parts) => parts.join("")) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom("(", "(?:"), tie("choice"), quantifier).map(([open, body, count]) => `${open}${body})${count}`) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom("(?=", "(?!"), tie("choice")).map(([open, body]) => `${open}${body})`) },
    { weight: 1, arbitrary: fc.constantFrom("\\b", "\\B", "\\1") },
  ),
})).choice;

/** Texts over the same characters, with runs in them, and with a byte that is not ASCII. */
export const randomFragments: fc.Arbitrary<string[]> = fc.array(
  fc.oneof(
    fc.string({ unit: fc.constantFrom(...LETTERS, "\n", "\xe9", "\xa0"), minLength: 1, maxLength: 12 }),
    fc.tuple(fc.constantFrom(...LETTERS), fc.nat(90)).map(([character, count]) => character.repeat(count)),
  ),
  { minLength: 3, maxLength: 30 },
);

/** A long text of the fragments in an order that repeats late; the same for the same arguments. */
export function weave(fragments: readonly string[], length: number, seed: number): string {
  const pieces: string[] = [];
  let state = seed | 1;
  for (let made = 0; made < length; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    const fragment = fragments[(state >>> 8) % fragments.length]!;
    pieces.push(fragment);
    made += Math.max(fragment.length, 1);
  }
  return pieces.join("");
}
