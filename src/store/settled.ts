import { SETTLED, STATES } from "../model/states.ts";

/**
 * The states in SQL, built from the constants of the model, so that a query and a decision never disagree about what is
 * settled. The names are plain words of ours, so nothing needs escaping. (Migrations do not use them: see 0001.)
 */

/** For `state in …`: `('ok', 'empty', 'rejected')`. */
export const SETTLED_LIST = `(${SETTLED.map((state) => `'${state}'`).join(", ")})`;

/** For each state what `write` makes of it, separated by commas: window_plans and window_totals have a column for each. */
export function eachState(write: (state: string) => string): string {
  return STATES.map(write).join(", ");
}
