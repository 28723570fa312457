import { decideCronSweep } from "../../../../src/decide/cron-sweep/cron-sweep.ts";
import type { ObservedSweep } from "../../../../src/decide/cron-sweep/observed-sweep.ts";
import type { CronDecision, CronPlan, CronSweepView } from "../../../../src/decide/cron-sweep/view.ts";

export const HOUR = 3600;
export const DAY = 24 * HOUR;
export const at = (text: string): number => Date.parse(text) / 1000;

/** Each day at five, the newest window and three before it. */
export function aPlan(fields: Partial<CronPlan> = {}): CronPlan {
  return {
    schedule: { text: "0 5 * * *", timeZone: "Etc/UTC" },
    catchUp: { windows: 3 },
    concurrencyPolicy: "Forbid",
    suspended: false,
    history: { successful: 3, failed: 1 },
    dataset: "bgp/daily",
    grid: { everySeconds: DAY, settleSeconds: 4 * HOUR },
    retentionSeconds: 730 * DAY,
    firstData: at("2024-01-01T00:00Z"),
    warnings: [],
    ...fields,
  };
}

/** Made on the first of November; it is the 21st, six o'clock, and nothing was ever swept. */
export function aView(fields: Partial<CronSweepView> = {}): CronSweepView {
  return { namespace: "bgp", name: "daily", generation: 1, createdAt: at("2026-11-01T00:00Z"), trigger: null, paused: false, acknowledged: null, plan: aPlan(), status: {}, sweeps: [], now: at("2026-11-21T06:00Z"), ...fields };
}

/** One that the CronSweep made, and that runs. */
export function aSweep(name: string, day: string, fields: Partial<ObservedSweep> = {}): ObservedSweep {
  return {
    name,
    uid: `uid-${name}`,
    isOwn: true,
    isOfCronSweep: true,
    dataset: "bgp/daily",
    everySeconds: null,
    windowStart: at(`${day}T00:00Z`),
    beganAt: at("2026-11-21T05:00:01Z"),
    state: "running",
    endedAt: null,
    ...fields,
  };
}

/** Decides with what it decided before as its status. */
export function after(decision: CronDecision, view: CronSweepView): CronDecision {
  return decideCronSweep({ ...view, status: decision.status });
}
