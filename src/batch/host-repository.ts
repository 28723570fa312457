import { shouldOpenCircuit, rampedLimit, share } from "../decide/host/share.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { EpochSeconds } from "../model/window.ts";
import { canaryGood, canaryBad, takeCanary } from "../store/canaries.ts";
import type { Database } from "../store/database.ts";
import { openCircuit, closeCircuit, pauseHost, takeProbe, releaseSlots, renewSlots, slotsHeld } from "../store/hosts.ts";
import type { CanaryRepository } from "./canary-watch.ts";

export interface SlotTimes {
  /** How long slots are held without a renewal, by the database's clock. */
  readonly leaseSeconds: number;
  /** Between two renewals while a request waits for a slot, or a slot for a request. */
  readonly busySeconds: number;
  /** Between two renewals otherwise: another process's pause takes effect here within this time. */
  readonly calmSeconds: number;
  /** The shortest time between two polls for a free slot, and between two renewals that give a slot back. */
  readonly leastSeconds: number;
  /** The next target takes a free slot within this time; after it the slot is spare and goes back. */
  readonly turnSeconds: number;
}

export const SLOT_TIMES: SlotTimes = { leaseSeconds: 15, busySeconds: 0.2, calmSeconds: 0.8, leastSeconds: 0.02, turnSeconds: 0.005 };

interface HostUser {
  /** A UUID. */
  readonly process: string;
  readonly spec: ResolvedSpec;
  readonly uid: string;
  readonly batch?: number;
  /** Ids of the targets in flight: if the process dies, the next pass packs them alone. */
  readonly asked: () => readonly number[];
}

/** The host's row in Postgres, with the rules of decide/host applied to it. */
export function hostRepository(db: Database, { process, spec, uid, batch, asked }: HostUser): HostRepository {
  const { name, inFlight: limit, probeSeconds } = spec.host;
  let lastLimit = 0;

  return {
    renew: async (report) => {
      const me = {
        process,
        host: name,
        uid,
        ...(batch === undefined ? {} : { batch }),
        priority: spec.window.start,
        limit,
        leaseSeconds: SLOT_TIMES.leaseSeconds,
        asked: asked(),
        ...report,
      };
      const renewal = await renewSlots(db, me, share, (most, host) => rampedLimit(most, host.secondsSincePauseEnded));
      lastLimit = renewal.limit;
      const { pausedSeconds, pausedSince, pauseReason, recent, circuit, lastError, now } = renewal.host;
      const circuitOpen = circuit !== null || shouldOpenCircuit(recent);
      if (circuitOpen && circuit === null) await openCircuit(db, name);
      return {
        allowed: renewal.allowed,
        limit: renewal.limit,
        pausedSeconds,
        pauseReason,
        circuitOpen,
        facts: { pausedSince, circuitSince: circuit?.since ?? now, nextProbe: (circuit?.probedAt ?? now) + probeSeconds, lastError, holders: renewal.holders },
      };
    },
    hasRoom: async () => (await slotsHeld(db, name)) < lastLimit,
    name,
    pause: (seconds, reason, error) => pauseHost(db, name, seconds, reason, error),
    takeProbe: () => takeProbe(db, name, probeSeconds),
    closeCircuit: () => closeCircuit(db, name),
    release: () => releaseSlots(db, process),
  };
}

/** The state of a sweep's canaries, in the sweep's row in Postgres. */
export function canaryRepository(db: Database, uid: string): CanaryRepository {
  return {
    take: (everySeconds) => takeCanary(db, uid, everySeconds),
    good: (taken) => canaryGood(db, uid, taken),
    bad: async () => {
      await canaryBad(db, uid);
    },
  };
}

/** What a process reports at a renewal. */
export interface SlotReport {
  readonly wanted: number;
  readonly inFlight: number;
  /** Since the last renewal, in order: "." for an answer, "x" for the provider's own error. */
  readonly outcomes: string;
  /** What the last of these that is an "x" met; null without one. */
  readonly lastError: string | null;
}

/** What a renewal returns: how many requests this process may have in flight until its lease ends, and the state of the host. */
export interface SlotGrant {
  readonly allowed: number;
  readonly limit: number;
  /** How long the host is still paused; 0 if it is not. */
  readonly pausedSeconds: number;
  readonly pauseReason: string | null;
  /** While the host's circuit is open, the only request to it is the probe. */
  readonly circuitOpen: boolean;
  readonly facts: HostFacts;
}

/** What a process says while it waits for the host. Nothing is decided by it. */
interface HostFacts {
  /** Null unless it is paused. */
  readonly pausedSince: EpochSeconds | null;
  /** Both only have a meaning while the circuit is open. */
  readonly circuitSince: EpochSeconds;
  readonly nextProbe: EpochSeconds;
  readonly lastError: string | null;
  /** Other sweeps that hold slots. */
  readonly holders: readonly string[];
}

/** The host's row in Postgres, as one process uses it. */
export interface HostRepository {
  /** host:port */
  readonly name: string;
  renew(report: SlotReport): Promise<SlotGrant>;
  /** Whether all processes together hold fewer slots than the limit of the last renewal. Cheap, and changes nothing. */
  hasRoom(): Promise<boolean>;
  /** @param error what the provider answered */
  pause(seconds: number, reason: string, error: string): Promise<void>;
  /** Whether this process may send the probe that decides whether the circuit closes. */
  takeProbe(): Promise<boolean>;
  closeCircuit(): Promise<void>;
  release(): Promise<void>;
}
