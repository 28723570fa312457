import { shouldOpenCircuit, rampedLimit, share } from "../decide/host/share.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import { canaryGood, canaryIll, takeCanary } from "../store/canaries.ts";
import type { Database } from "../store/database.ts";
import { openCircuit, closeCircuit, pauseHost, takeProbe, releaseSlots, renewSlots, slotsHeld } from "../store/hosts.ts";
import type { CanaryRepository } from "./canary-watch.ts";

export interface SlotTimes {
  /** The lease of a hold, by the database's clock. */
  readonly leaseSeconds: number;
  /** Between two renewals while somebody waits for a slot, or a slot waits for somebody. */
  readonly busySeconds: number;
  /** Between two renewals else: a pause is seen within it. */
  readonly calmSeconds: number;
  /** Between two looks for a slot that others gave back, or two renewals that give one back: at the least. */
  readonly leastSeconds: number;
  /** A slot that came back is wanted again within this by the lane's next target, or it is not wanted here. */
  readonly turnSeconds: number;
}

export const SLOT_TIMES: SlotTimes = { leaseSeconds: 15, busySeconds: 0.2, calmSeconds: 0.8, leastSeconds: 0.02, turnSeconds: 0.005 };

export interface HostUser {
  /** A UUID of its own. */
  readonly process: string;
  readonly spec: ResolvedSpec;
  readonly uid: string;
  readonly batch?: number;
  /** Ids of the targets in flight: should the process die, the next pass asks those alone. */
  readonly asked: () => readonly number[];
}

/** The host's row in Postgres, with the rules of decide applied to what it says. */
export function hostRepository(db: Database, { process, spec, uid, batch, asked }: HostUser): HostRepository {
  const { name, inFlight: limit, probeSeconds } = spec.host;
  /** At the last renewal. */
  let limitThen = 0;

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
      const grant = await renewSlots(db, me, share, (most, host) => rampedLimit(most, host.secondsSincePauseEnded));
      limitThen = grant.limit;
      const ill = grant.host.ill || shouldOpenCircuit(grant.host.recent);
      if (ill && !grant.host.ill) await openCircuit(db, name);
      return { held: grant.allowed, limit: grant.limit, pausedSeconds: grant.host.pausedSeconds, pauseReason: grant.host.pauseReason, ill };
    },
    hasRoom: async () => (await slotsHeld(db, name)) < limitThen,
    pause: (seconds, reason) => pauseHost(db, name, seconds, reason),
    takeProbe: () => takeProbe(db, name, probeSeconds),
    closeCircuit: () => closeCircuit(db, name),
    release: () => releaseSlots(db, process),
  };
}

/** The sweep's canaries, as its row in Postgres has them. */
export function canaryRepository(db: Database, uid: string): CanaryRepository {
  return {
    take: (everySeconds) => takeCanary(db, uid, everySeconds),
    good: (taken) => canaryGood(db, uid, taken),
    ill: async () => {
      await canaryIll(db, uid);
    },
  };
}

/** What the process tells of itself at a renewal. */
export interface SlotReport {
  readonly wanted: number;
  readonly inFlight: number;
  /** Since the last renewal, in order: "." for an answer, "x" for the provider's own error. */
  readonly outcomes: string;
}

/** What a renewal says: the slots held until the lease ends, and how the host is. */
export interface SlotGrant {
  readonly held: number;
  readonly limit: number;
  /** 0 where nothing pauses the host. */
  readonly pausedSeconds: number;
  readonly pauseReason: string | null;
  /** While it is ill nobody asks but the one who may probe. */
  readonly ill: boolean;
}

/** The host's row in Postgres, as one process uses it. */
export interface HostRepository {
  renew(report: SlotReport): Promise<SlotGrant>;
  /** Do all together hold fewer slots than the last renewal shared out? Cheap, and changes nothing. */
  hasRoom(): Promise<boolean>;
  pause(seconds: number, reason: string): Promise<void>;
  /** May this process send the one probe that decides whether an ill host is well? */
  takeProbe(): Promise<boolean>;
  closeCircuit(): Promise<void>;
  release(): Promise<void>;
}
