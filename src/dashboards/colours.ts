import { type ValueMapping, MappingType } from "@grafana/grafana-foundation-sdk/dashboard";

/** Grafana's own names, which it shows in light and dark. */
export const COLOUR = { good: "green", fair: "blue", wait: "yellow", watch: "orange", bad: "red", none: "text" } as const;
export type Colour = (typeof COLOUR)[keyof typeof COLOUR];

/** A number for each word, so that one series can tell a state over time; the greater comes first where two hold for a moment. */
export interface Words {
  readonly [word: string]: { readonly number: number; readonly colour: Colour };
}

export const WINDOW_STATES: Words = {
  due: { number: 1, colour: COLOUR.wait },
  incomplete: { number: 2, colour: COLOUR.bad },
  running: { number: 3, colour: COLOUR.fair },
  usable: { number: 4, colour: COLOUR.watch },
  complete: { number: 5, colour: COLOUR.good },
};

export const PHASES: Words = {
  Pending: { number: 1, colour: COLOUR.wait },
  Preparing: { number: 2, colour: COLOUR.fair },
  Running: { number: 3, colour: COLOUR.fair },
  Suspended: { number: 4, colour: COLOUR.wait },
  Blocked: { number: 5, colour: COLOUR.bad },
  Incomplete: { number: 6, colour: COLOUR.bad },
  Failed: { number: 7, colour: COLOUR.bad },
  Usable: { number: 8, colour: COLOUR.watch },
  Complete: { number: 9, colour: COLOUR.good },
};

export const TARGET_STATES: Readonly<Record<string, Colour>> = { ok: "green", empty: "blue", rejected: "text", suspect: "orange", mismatch: "orange", failed: "red", missing: "yellow" };

/** Shows the word, and its colour, for its number. */
export function asNumbers(words: Words): ValueMapping {
  return mapping(Object.entries(words).map(([word, { number, colour }]) => [`${number}`, word, colour]));
}

/** Gives a word that stands as it is its colour. */
export function asWords(words: Words): ValueMapping {
  return mapping(Object.entries(words).map(([word, { colour }]) => [word, word, colour]));
}

function mapping(all: readonly (readonly [string, string, Colour])[]): ValueMapping {
  return { type: MappingType.ValueToText, options: Object.fromEntries(all.map(([value, text, color], index) => [value, { text, color, index }])) };
}

/** Of a gauge that is 1 for the state that holds and 0 for the others: that state's number. */
export function stateNumber(gauge: (state: string) => string, words: Words, labels: readonly string[]): string {
  const each = Object.entries(words).map(([word, { number }]) => `(${gauge(word)} == 1) * ${number}`);
  return `max by (${labels.join(", ")}) (${each.join(" or ")})`;
}
