import { describe, expect, test } from "vitest";
import { decideCronSweep } from "../../../../src/decide/cron-sweep/cron-sweep.ts";
import type { CronDecision, CronSweepView } from "../../../../src/decide/cron-sweep/view.ts";
import { after, aPlan, aSweep, aView, at } from "./world.ts";

/** Suspended from now on, with all windows up to the newest complete. */
const SUSPENDED = { plan: aPlan({ suspended: true }) };

function completed(): CronDecision {
  return decideCronSweep(aView({ status: { dataset: "bgp/daily", every: "24h", windows: [{ from: "2026-11-17", to: "2026-11-21", state: "complete", lastAsked: "2026-11-21T05:00:00Z", toldAt: "2026-11-21T05:30:00Z", turns: 1 }] } }));
}

function later(decision: CronDecision, day: string, fields: Partial<CronSweepView> = {}): CronDecision {
  return after(decision, aView({ now: at(`${day}T06:00Z`), ...fields }));
}

function condition({ status }: CronDecision): string | undefined {
  const found = status.conditions?.find(({ type }) => type === "WindowsMissed");
  return found && `${found.status} ${found.reason}: ${found.message}`;
}

function events({ events: all }: CronDecision): string[] {
  return all.filter(({ reason }) => reason === "WindowsMissed").map(({ type, message }) => `${type} ${message}`);
}

const SENTENCE = "2 windows were never asked and are out of reach of catchUp: 2026-11-21 to 2026-11-22. To fill them: kubectl sluice backfill daily --namespace bgp --from 2026-11-21 --to 2026-11-22. To give up: kubectl annotate cronsweep daily --namespace bgp --overwrite sluice.dev/acknowledge-missed=2026-11-23";

describe("a CronSweep that was suspended for longer than catchUp looks back", () => {
  test("says so in a condition, an event and a number, once for each window more", () => {
    const inReach = later(completed(), "2026-11-25", SUSPENDED);
    expect([condition(inReach), events(inReach), inReach.status.windowsMissed]).toEqual([undefined, [], 0]);
    const one = later(inReach, "2026-11-26", SUSPENDED);
    expect(one.status).toMatchObject({ windowsMissed: 1, missed: [{ from: "2026-11-21", to: "2026-11-22" }], reachesBackTo: "2026-11-22" });
    const two = later(one, "2026-11-27");
    expect(two.status).toMatchObject({ windowsMissed: 2, missed: [{ from: "2026-11-21", to: "2026-11-23" }] });
    expect([condition(two), events(two)]).toEqual([`True WindowsMissed: ${SENTENCE}`, [`Warning ${SENTENCE}`]]);
    const again = later(two, "2026-11-27");
    expect([condition(again), events(again)]).toEqual([`True WindowsMissed: ${SENTENCE}`, []]);
  });

  test("is the same when no controller ran meanwhile", () => {
    const away = later(completed(), "2026-11-27");
    expect([away.status.windowsMissed, events(away)]).toEqual([2, [`Warning ${SENTENCE}`]]);
  });

  test("forgets the windows that a backfill has completed, although catchUp does not reach them", () => {
    const away = later(completed(), "2026-11-27");
    const filling = later(away, "2026-11-27", { sweeps: [aSweep("daily-20261122", "2026-11-22", { beganAt: at("2026-11-27T06:00Z") })] });
    expect(filling.status.windowsMissed).toBe(2);
    const filled = (day: string) => aSweep(`daily-${day.replaceAll("-", "")}`, day, { state: "complete", beganAt: at("2026-11-27T06:00Z"), endedAt: at("2026-11-27T06:00Z") });
    const half = later(filling, "2026-11-27", { sweeps: [filled("2026-11-22")] });
    expect(half.status).toMatchObject({ windowsMissed: 1, missed: [{ from: "2026-11-21", to: "2026-11-22" }] });
    // The first Sweep is gone by now: the history limit.
    const done = later(half, "2026-11-27", { sweeps: [filled("2026-11-21")] });
    expect([done.status.windowsMissed, condition(done)]).toEqual([0, "False NoneMissed: No window is out of reach of catchUp without having been asked."]);
  });

  test("forgets the windows that a person gives up, and those that catchUp is made to reach", () => {
    const away = later(completed(), "2026-11-27");
    expect(later(away, "2026-11-27", { acknowledged: "2026-11-23" }).status.windowsMissed).toBe(0);
    expect(later(away, "2026-11-27", { plan: aPlan({ catchUp: { windows: 10 } }) }).status).toMatchObject({ windowsMissed: 0, windowsToCatchUp: 10 });
  });

  test("keeps the condition while its spec is invalid, and knows nothing of another dataset's windows", () => {
    const away = later(completed(), "2026-11-27");
    const refused = later(away, "2026-11-27", { plan: { problems: ["spec.schedule: wrong"] } });
    expect([condition(refused), refused.status.windowsMissed]).toEqual([`True WindowsMissed: ${SENTENCE}`, 2]);
    expect(later(away, "2026-11-27", { plan: aPlan({ dataset: "bgp/other" }) }).status).toMatchObject({ windowsMissed: 0, missed: [] });
  });

  test("by a status of the version before, which has no reach: the oldest window that was asked counts", () => {
    const status = { dataset: "bgp/daily", every: "24h", windows: [{ from: "2026-11-20", to: "2026-11-21", state: "complete" as const, lastAsked: "2026-11-21T05:00:00Z", turns: 1 }] };
    expect(decideCronSweep(aView({ status, now: at("2026-11-27T06:00Z") })).status.windowsMissed).toBe(2);
  });
});

test("windows of hours under a schedule of days: those that no run reaches are missed, not silently left out", () => {
  const plan = aPlan({ grid: { everySeconds: 3600, settleSeconds: 0 }, catchUp: { windows: 7 } });
  const first = decideCronSweep(aView({ plan, status: { dataset: "bgp/daily", every: "1h" } }));
  expect(after(first, aView({ plan, now: at("2026-11-22T06:00Z") })).status.windowsMissed).toBe(24);
});
