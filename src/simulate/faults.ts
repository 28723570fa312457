import type { Fault, FaultName, FaultPlay, When } from "./scenario.ts";
import { hash } from "./seeded.ts";

/** What a request is, as far as faults choose by it. */
export interface Occasion {
  readonly target: string;
  /** Of this target, from 1. */
  readonly ofTarget: number;
  /** Of all, from 1. */
  readonly ofAll: number;
  /** Since the faults were set. */
  readonly elapsedSeconds: number;
}

/** The faults that are played on a request: of each name the first whose `when` holds. */
export interface Play {
  get<Name extends FaultName>(what: Name): Extract<FaultPlay, { what: Name }> | undefined;
}

export function choosePlay(seed: number, faults: readonly Fault[], occasion: Occasion): Play {
  const chosen = new Map<FaultName, FaultPlay>();
  for (const [index, fault] of faults.entries()) {
    if (!chosen.has(fault.what) && holds(seed, index, fault.when ?? {}, occasion)) chosen.set(fault.what, fault);
  }
  return { get: <Name extends FaultName>(what: Name) => chosen.get(what) as Extract<FaultPlay, { what: Name }> | undefined };
}

function holds(seed: number, index: number, when: When, occasion: Occasion): boolean {
  const { target, ofTarget, ofAll, elapsedSeconds } = occasion;
  return (
    (when.targets?.includes(target) ?? true) &&
    ofTarget <= (when.times ?? Number.POSITIVE_INFINITY) &&
    ofAll >= (when.fromRequest ?? 0) &&
    ofAll <= (when.toRequest ?? Number.POSITIVE_INFINITY) &&
    elapsedSeconds >= (when.fromSeconds ?? 0) &&
    elapsedSeconds < (when.toSeconds ?? Number.POSITIVE_INFINITY) &&
    (when.share === undefined || part(seed, "share", index, target) < when.share) &&
    (when.rate === undefined || part(seed, "rate", index, target, ofTarget) < when.rate)
  );
}

function part(...parts: readonly (string | number)[]): number {
  return hash(...parts) / 0x1_0000_0000;
}
