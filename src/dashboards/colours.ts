import { type ValueMapping, MappingType } from "@grafana/grafana-foundation-sdk/dashboard";

/** Grafana's own colour names, which it adapts to its light and dark themes. */
export const COLOUR = { good: "green", fair: "blue", wait: "yellow", watch: "orange", bad: "red", none: "text" } as const;
export type Colour = (typeof COLOUR)[keyof typeof COLOUR];

/** Colour and number of each state. The number lets one series show a state over time; if two states hold for a moment, the greater wins. */
export interface StateStyles {
  readonly [state: string]: { readonly number: number; readonly colour: Colour };
}

export const WINDOW_STATES: StateStyles = {
  due: { number: 1, colour: COLOUR.wait },
  incomplete: { number: 2, colour: COLOUR.bad },
  running: { number: 3, colour: COLOUR.fair },
  usable: { number: 4, colour: COLOUR.watch },
  complete: { number: 5, colour: COLOUR.good },
};

export const PHASES: StateStyles = {
  Pending: { number: 1, colour: COLOUR.wait },
  Preparing: { number: 2, colour: COLOUR.fair },
  Running: { number: 3, colour: COLOUR.fair },
  Suspended: { number: 4, colour: COLOUR.wait },
  Blocked: { number: 5, colour: COLOUR.bad },
  Incomplete: { number: 6, colour: COLOUR.bad },
  Failed: { number: 7, colour: COLOUR.bad },
  Usable: { number: 8, colour: COLOUR.watch },
  Complete: { number: 9, colour: COLOUR.good },
  Invalid: { number: 10, colour: COLOUR.bad },
};

export const TARGET_STATES: Readonly<Record<string, Colour>> = { ok: "green", empty: "blue", rejected: "text", suspect: "orange", mismatch: "orange", failed: "red", missing: "yellow" };

/** The number of the current state, from a gauge that is 1 for the current state and 0 for the others. */
export function stateNumber(gauge: (state: string) => string, states: StateStyles, labels: readonly string[]): string {
  const each = Object.entries(states).map(([state, { number }]) => `(${gauge(state)} == 1) * ${number}`);
  return `max by (${labels.join(", ")}) (${each.join(" or ")})`;
}

/** Shows a state's number as its name, in its colour. */
export function numberMapping(states: StateStyles): ValueMapping {
  return mapping(Object.entries(states).map(([state, { number, colour }]) => [`${number}`, state, colour]));
}

/** Shows a state's name in its colour. */
export function nameMapping(states: StateStyles): ValueMapping {
  return mapping(Object.entries(states).map(([state, { colour }]) => [state, state, colour]));
}

function mapping(all: readonly (readonly [string, string, Colour])[]): ValueMapping {
  return { type: MappingType.ValueToText, options: Object.fromEntries(all.map(([value, text, color], index) => [value, { text, color, index }])) };
}
