import type { EpochSeconds } from "./window.ts";

/** What a program or a sweep waits for. */
export interface Wait {
  /**
   * A stable word. throttled: the host asked for a pause · illness: its circuit breaker is open · slots: other sweeps use them all ·
   * retry: every target waits for its next try · database: it does not answer · pass: the next pass has not started · blocked: the next prepare has not.
   */
  readonly for: "throttled" | "illness" | "slots" | "retry" | "database" | "pass" | "blocked";
  /** What it is, to follow "waiting:", without a full stop: "127.0.0.1:9 is unhealthy". */
  readonly what: string;
  readonly since: EpochSeconds;
  /** When it is over, or is tried next; null if nobody knows. */
  readonly until: EpochSeconds | null;
  /** The last error, in a sentence without a full stop; null if none is known. */
  readonly error: string | null;
}

const NEXT: Readonly<Record<Wait["for"], string>> = {
  throttled: "until",
  illness: "next probe",
  slots: "until",
  retry: "next try",
  database: "next try",
  pass: "until",
  blocked: "next try",
};

/** "127.0.0.1:9 is unhealthy (since 09:12:03, next probe 09:13:03 UTC): no connection to 127.0.0.1:9 (connect ECONNREFUSED 127.0.0.1:9)" */
export function waitText(wait: Wait): string {
  const times = [`since ${timeOf(wait.since)}`, ...(wait.until === null ? [] : [`${NEXT[wait.for]} ${timeOf(wait.until)}`])].join(", ");
  return `${wait.what} (${times} UTC)${wait.error === null ? "" : `: ${wait.error}`}`;
}

function timeOf(at: EpochSeconds): string {
  return new Date(at * 1000).toISOString().slice(11, 19);
}

/** The wait for a database that does not answer; null while it does. @param now seconds since 1970 */
export function outageWait({ place, outage }: { readonly place: string; readonly outage: { readonly seconds: number; readonly problem: string } | null }, now: EpochSeconds): Wait | null {
  return outage === null ? null : { for: "database", what: `the database at ${place} does not answer`, since: now - outage.seconds, until: null, error: outage.problem };
}

export function unhealthyWait(host: string, since: EpochSeconds, until: EpochSeconds | null, error: string | null): Wait {
  return { for: "illness", what: `${host} is unhealthy`, since, until, error };
}

export function pausedWait(host: string, since: EpochSeconds, until: EpochSeconds, error: string | null): Wait {
  return { for: "throttled", what: `${host} is paused`, since, until, error };
}
