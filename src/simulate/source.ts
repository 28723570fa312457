import type { EpochSeconds, Window } from "../model/window.ts";

/** One BGP update in the provider's form. */
export interface Update {
  readonly seq: number;
  readonly at: EpochSeconds;
  readonly type: "A" | "W";
  readonly attrs: Attributes;
}

/** In the order of the wire. A withdrawal has no path and no communities. */
export interface Attributes {
  readonly source_id: string;
  readonly target_prefix: string;
  /** A nested list is an AS_SET. */
  readonly path?: readonly (number | readonly number[])[];
  readonly community?: readonly string[];
}

/** Where the updates come from. The same (target, window) gives the same updates, whenever it is asked. */
export interface Source {
  /** The list of AS numbers, ascending. */
  readonly asNumbers: readonly number[];
  /** Sentences for a person: what was read, and what was left out. */
  readonly notes: readonly string[];
  /** Those with start ≤ at < end, ascending by time. `target` as resource.ts writes it. */
  updates(target: string, window: Window): Iterable<Update>;
}
