import { isIll } from "../decide/illness.ts";
import { rampedLimit } from "../decide/ramp.ts";
import { share } from "../decide/share.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import { canaryGood, canaryIll, takeCanary } from "../store/canaries.ts";
import type { Database } from "../store/database.ts";
import { declareIll, declareWell, pauseHost, takeProbe } from "../store/hosts.ts";
import { releaseSlots, renewSlots, slotsHeld } from "../store/slots.ts";
import type { CanaryBoard } from "./canary-watch.ts";
import type { SharedHost } from "./shared-host.ts";
import { SLOT_TIMES } from "./slots.ts";

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
export function sharedHost(db: Database, { process, spec, uid, batch, asked }: HostUser): SharedHost {
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
      const ill = grant.host.ill || isIll(grant.host.recent);
      if (ill && !grant.host.ill) await declareIll(db, name);
      return { held: grant.allowed, limit: grant.limit, pausedSeconds: grant.host.pausedSeconds, pauseReason: grant.host.pauseReason, ill };
    },
    hasRoom: async () => (await slotsHeld(db, name)) < limitThen,
    pause: (seconds, reason) => pauseHost(db, name, seconds, reason),
    takeProbe: () => takeProbe(db, name, probeSeconds),
    declareWell: () => declareWell(db, name),
    release: () => releaseSlots(db, process),
  };
}

/** The sweep's canaries, as its row in Postgres has them. */
export function canaryBoard(db: Database, uid: string): CanaryBoard {
  return {
    take: (everySeconds) => takeCanary(db, uid, everySeconds),
    good: (taken) => canaryGood(db, uid, taken),
    ill: async () => {
      await canaryIll(db, uid);
    },
  };
}
