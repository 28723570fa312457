import type { Lease } from "./resource.ts";

export type LeaseRecord = NonNullable<Lease["spec"]>;

/** Those of client-go. Between `renewDeadline` and `duration` lies what a write may take that was let through last. */
export const LEASE_SECONDS = { duration: 15, renewDeadline: 10, retryPeriod: 2 } as const;

/**
 * What may be done with a lease that was read.
 * @param unchangedSeconds for how long, by this machine's own clock, the record has been seen to stand as it is: times in it are of other clocks
 */
export function leaseStep(record: LeaseRecord, identity: string, unchangedSeconds: number): "renew" | "take" | "wait" {
  const holder = record.holderIdentity ?? "";
  if (holder === identity) return "renew";
  if (holder === "") return "take";
  return unchangedSeconds < (record.leaseDurationSeconds ?? LEASE_SECONDS.duration) ? "wait" : "take";
}

/** @param now milliseconds since 1970 */
export function taken(record: LeaseRecord | undefined, identity: string, now: number): LeaseRecord {
  const leaseTransitions = record === undefined ? 0 : (record.leaseTransitions ?? 0) + 1;
  return { ...record, holderIdentity: identity, leaseDurationSeconds: LEASE_SECONDS.duration, acquireTime: microTime(now), renewTime: microTime(now), leaseTransitions };
}

/** @param now milliseconds since 1970 */
export function renewed(record: LeaseRecord, now: number): LeaseRecord {
  return { ...record, leaseDurationSeconds: LEASE_SECONDS.duration, renewTime: microTime(now) };
}

/** As client-go leaves it, so that its electors take it at once too. @param now milliseconds since 1970 */
export function givenBack(record: LeaseRecord, now: number): LeaseRecord {
  return { ...record, holderIdentity: "", leaseDurationSeconds: 1, acquireTime: microTime(now), renewTime: microTime(now) };
}

/** The server refuses a time here that has no microseconds. */
function microTime(now: number): string {
  return new Date(now).toISOString().replace("Z", "000Z");
}
