import { describe, expect, test } from "vitest";
import { decideCronSweep } from "../../../../src/decide/cron-sweep/cron-sweep.ts";
import type { CronDecision, CronSweepView } from "../../../../src/decide/cron-sweep/view.ts";
import type { CronSweepStatus } from "../../../../src/model/sweep-object.ts";
import { aPlan, after, aSweep, at, aView, HOUR } from "./world.ts";

const TODAY = "2026-11-21T05:00:00Z";
const NEWEST = { name: "daily-20261120", window: "2026-11-20", since: "2026-11-21T06:00:00Z", by: "schedule" } as const;

/** A status as it stands when the newest and the three before it were swept today. */
function allComplete(fields: Partial<CronSweepStatus> = {}): CronSweepStatus {
  return { dataset: "bgp/daily", every: "24h", windows: [{ from: "2026-11-17", to: "2026-11-21", state: "complete", lastAsked: TODAY, toldAt: TODAY, turns: 1 }], ...fields };
}

function condition({ status }: CronDecision, type: string): string {
  const found = status.conditions?.find((one) => one.type === type);
  return `${found?.status} ${found?.reason}: ${found?.message}`;
}

function eventsOf({ events }: CronDecision): string[] {
  return events.map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
}

const started = ({ status }: CronDecision): string[] => (status.starting ?? []).map(({ name }) => name);

describe("the order of writes", () => {
  test("names the Sweep in the status before it is created", () => {
    const decision = decideCronSweep(aView());
    expect(decision.status.starting).toEqual([NEWEST]);
    expect(decision.create).toEqual(["daily-20261120"]);
    expect(decision.status.windows).toEqual([]);
    expect(decision.status).toMatchObject({ newestWindow: "2026-11-20", newestState: "running", windowsToCatchUp: 3, active: [] });
  });

  test("after a crash before it was created, it is created and nothing else", () => {
    const decision = after(decideCronSweep(aView()), aView({ now: at("2026-11-21T06:10Z") }));
    expect(decision.status.starting).toEqual([NEWEST]);
    expect(decision.create).toEqual(["daily-20261120"]);
  });

  test("a run of the schedule in between starts nothing besides the Sweep that is being created", () => {
    const decision = after(decideCronSweep(aView()), aView({ now: at("2026-11-22T06:10Z") }));
    expect(started(decision)).toEqual(["daily-20261120"]);
  });

  test("once it is observed it is active, and its window counts as asked and has had a turn", () => {
    const decision = after(decideCronSweep(aView()), aView({ sweeps: [aSweep("daily-20261120", "2026-11-20")] }));
    expect(decision).toMatchObject({ create: [], status: { starting: [], active: ["daily-20261120"], newestState: "running" } });
    expect(decision.status.windows).toEqual([{ from: "2026-11-20", to: "2026-11-21", state: "incomplete", lastAsked: "2026-11-21T06:00:00Z", turns: 1 }]);
  });

  test("the same view gives the same status, so that nothing is written", () => {
    const view = aView({ sweeps: [aSweep("daily-20261120", "2026-11-20")] });
    const once = after(decideCronSweep(aView()), view);
    expect(after(once, { ...view, now: view.now + 600 }).status).toEqual(once.status);
  });

  test("one that was observed and is gone was deleted: an event says so, and its window is left alone until the next run", () => {
    const seen = after(decideCronSweep(aView({ plan: aPlan({ catchUp: { windows: 0 } }) })), aView({ plan: aPlan({ catchUp: { windows: 0 } }), sweeps: [aSweep("daily-20261120", "2026-11-20")] }));
    const gone = after(seen, aView({ plan: aPlan({ catchUp: { windows: 0 } }) }));
    expect(eventsOf(gone)).toEqual(["Normal SweepDeleted: daily-20261120 was deleted before it finished. Its results are kept, and the next run tries its window again."]);
    expect(gone).toMatchObject({ create: [], status: { active: [], starting: [] } });
    const nextDay = aView({ plan: aPlan({ catchUp: { windows: 1 } }), now: at("2026-11-22T05:00Z") });
    const newer = after(gone, nextDay);
    expect(started(newer)).toEqual(["daily-20261121"]);
    const done = after(newer, { ...nextDay, sweeps: [aSweep("daily-20261121", "2026-11-21", { state: "complete", endedAt: at("2026-11-22T05:30Z") })] });
    expect(started(done)).toEqual(["daily-20261120-2"]);
  });

  test("a window is asked once per run even if the server's clock lags behind ours", () => {
    const plan = aPlan({ catchUp: { windows: 0 } });
    const first = decideCronSweep(aView({ plan, now: at("2026-11-21T05:00:00Z") }));
    const ended = aSweep("daily-20261120", "2026-11-20", { beganAt: at("2026-11-21T04:59:57Z"), state: "incomplete", endedAt: at("2026-11-21T05:20Z") });
    expect(started(after(first, aView({ plan, sweeps: [ended] })))).toEqual([]);
  });
});

describe("a name that is taken", () => {
  const stranger = aSweep("daily-20261120", "2026-10-01", { isOwn: false, isOfCronSweep: false, dataset: "bgp/other" });

  test("is left to its owner if that is known beforehand", () => {
    expect(started(decideCronSweep(aView({ sweeps: [stranger] })))).toEqual(["daily-20261120-2"]);
  });

  test("is reported, and the next one is used, if it was observed too late", () => {
    const decision = after(decideCronSweep(aView()), aView({ sweeps: [stranger], now: at("2026-11-21T06:00:05Z") }));
    expect(decision.status.starting).toEqual([{ ...NEWEST, name: "daily-20261120-2" }]);
    expect(eventsOf(decision)).toEqual(["Warning SweepNameTaken: The name daily-20261120 is taken by another object, so daily-20261120-2 sweeps the window 2026-11-20."]);
  });

  test("by a Sweep of the same window that somebody created: that one does the work, and the CronSweep waits", () => {
    const byHand = aSweep("daily-20261120", "2026-11-20", { isOwn: false });
    const decision = after(decideCronSweep(aView()), aView({ sweeps: [byHand] }));
    expect(decision).toMatchObject({ create: [], status: { starting: [], active: [], newestState: "running" } });
  });

  test("by a Sweep of an earlier CronSweep of the same name belongs to somebody else", () => {
    const orphan = aSweep("daily-20261120", "2026-11-20", { isOwn: false, state: "incomplete", endedAt: at("2026-11-20T06:00Z"), beganAt: at("2026-11-20T05:00Z") });
    expect(started(decideCronSweep(aView({ sweeps: [orphan] })))).toEqual(["daily-20261120-2"]);
  });
});

describe("what is learnt from Sweeps", () => {
  const ended = (state: "complete" | "usable" | "incomplete", fields = {}) => aSweep("daily-20261120", "2026-11-20", { state, endedAt: at("2026-11-21T05:40Z"), ...fields });

  test("a verdict stays in the status when the object is gone", () => {
    const seen = decideCronSweep(aView({ status: { active: ["daily-20261120"] }, sweeps: [ended("complete")] }));
    expect(eventsOf(seen)).toEqual(["Normal SweepEnded: daily-20261120 has finished: its window is complete."]);
    expect(seen.status).toMatchObject({ lastSuccess: "2026-11-21T05:40:00Z", newestState: "complete" });
    expect(started(after(seen, aView({ status: seen.status })))).toEqual(["daily-20261119"]);
  });

  test("the sweep that finished last counts, whichever started first", () => {
    const late = ended("incomplete", { name: "by-hand", isOwn: false, beganAt: at("2026-11-21T05:10Z"), endedAt: at("2026-11-21T05:20Z") });
    expect(decideCronSweep(aView({ sweeps: [ended("complete"), late] })).status.newestState).toBe("complete");
    expect(decideCronSweep(aView({ sweeps: [late, ended("complete")] })).status.newestState).toBe("complete");
  });

  test("of two that finished in the same second the better one counts, in whatever order they are observed", () => {
    const requeueAfterSeconds = ended("incomplete", { name: "daily-20261120-2" });
    expect(decideCronSweep(aView({ sweeps: [ended("complete"), requeueAfterSeconds] })).status.newestState).toBe("complete");
    expect(decideCronSweep(aView({ sweeps: [requeueAfterSeconds, ended("complete")] })).status.newestState).toBe("complete");
  });

  test("an older verdict whose object is left does not replace a newer one whose object is gone", () => {
    const status = allComplete({ windows: [{ from: "2026-11-17", to: "2026-11-21", state: "complete", lastAsked: TODAY, toldAt: "2026-11-21T05:50:00Z", turns: 1 }] });
    expect(decideCronSweep(aView({ status, sweeps: [ended("incomplete")] })).status.newestState).toBe("complete");
  });

  test("one created by hand counts too", () => {
    const byHand = ended("complete", { name: "by-hand", isOwn: false });
    expect(started(decideCronSweep(aView({ sweeps: [byHand] })))).toEqual(["daily-20261119"]);
  });

  test("one that names no CronSweep counts if it fills the same dataset", () => {
    expect(started(decideCronSweep(aView({ sweeps: [ended("complete", { isOwn: false, isOfCronSweep: false })] })))).toEqual(["daily-20261119"]);
    expect(started(decideCronSweep(aView({ sweeps: [ended("complete", { isOwn: false, isOfCronSweep: false, dataset: "bgp/other" })] })))).toEqual(["daily-20261120-2"]);
  });

  test("one of another grid does not count", () => {
    expect(decideCronSweep(aView({ sweeps: [ended("complete", { everySeconds: HOUR })] })).status.newestState).not.toBe("complete");
  });

  test("a refused one created by hand neither counts nor blocks its window", () => {
    const refused = aSweep("by-hand", "2026-11-19", { isOwn: false, state: "refused" });
    expect(started(decideCronSweep(aView({ sweeps: [refused] })))).toEqual(["daily-20261120"]);
  });

  test("a refused one of its own blocks the CronSweep until somebody fixes it", () => {
    const refused = aSweep("daily-20261119", "2026-11-19", { state: "refused" });
    const decision = decideCronSweep(aView({ sweeps: [refused] }));
    expect(started(decision)).toEqual([]);
    expect(condition(decision, "Progressing")).toBe("True Sweeping: Running: daily-20261119.");
  });

  test.each([
    ["another dataset", aPlan({ dataset: "bgp/new" })],
    ["another grid", aPlan({ grid: { everySeconds: 12 * HOUR, settleSeconds: 4 * HOUR } })],
  ])("%s: of its windows nothing is known", (_, plan) => {
    const decision = decideCronSweep(aView({ plan, status: allComplete() }));
    expect(decision.status).toMatchObject({ windows: [], windowsToCatchUp: 3, starting: [{ by: "schedule" }] });
    expect(condition(decision, "Accepted")).toBe("True Accepted: The spec is valid.");
  });

  test("windows before the range of catchUp are forgotten; windows in the future of a clock that was set back are not", () => {
    const later = decideCronSweep(aView({ status: allComplete(), now: at("2026-11-23T06:00Z") }));
    expect(later.status.windows).toMatchObject([{ from: "2026-11-19", to: "2026-11-21" }]);
    const earlier = decideCronSweep(aView({ status: allComplete(), now: at("2026-11-19T06:00Z") }));
    expect(earlier).toMatchObject({ create: ["daily-20261116"], status: { windows: [{ from: "2026-11-17", to: "2026-11-21" }] } });
  });
});

describe("the trigger annotation", () => {
  const quiet: Partial<CronSweepView> = { status: allComplete() };

  test("starts a sweep of a window, even of a complete one, under its next turn", () => {
    const decision = decideCronSweep(aView({ ...quiet, trigger: "2026-11-18@again" }));
    expect(decision.status).toMatchObject({ handledTrigger: "2026-11-18@again", starting: [{ name: "daily-20261118-2", by: "trigger" }] });
    expect(condition(decision, "Triggered")).toBe('True Triggered: The trigger "2026-11-18@again" starts daily-20261118-2 for the window 2026-11-18.');
  });

  test.each([
    ["while another window is swept", { sweeps: [aSweep("daily-20261119", "2026-11-19")] }],
    ["while the CronSweep is suspended", { plan: aPlan({ suspended: true }) }],
    ["before the first run", { createdAt: at("2026-11-21T05:30Z") }],
    ["for a window outside catchUp", { plan: aPlan({ catchUp: { windows: 0 } }) }],
  ])("starts one %s", (_, fields: Partial<CronSweepView>) => {
    expect(started(decideCronSweep(aView({ ...quiet, trigger: "2026-11-18", ...fields })))).toEqual(["daily-20261118-2"]);
  });

  test("does nothing a second time, even if it comes back from Git after it was removed", () => {
    const once = decideCronSweep(aView({ ...quiet, trigger: "latest" }));
    const ran = after(once, aView({ trigger: "latest", sweeps: [aSweep("daily-20261120-2", "2026-11-20")] }));
    const without = after(ran, aView({ sweeps: [] }));
    expect(without.status.handledTrigger).toBe("latest");
    const back = after(without, aView({ trigger: "latest" }));
    expect(back).toMatchObject({ create: [], events: [] });
    expect(condition(back, "Triggered")).toContain("daily-20261120-2");
  });

  test("of a window that is being swept starts nothing, and an event says so", () => {
    const decision = decideCronSweep(aView({ trigger: "latest", sweeps: [aSweep("daily-20261120", "2026-11-20")] }));
    expect(decision).toMatchObject({ create: [], status: { handledTrigger: "latest" } });
    expect(eventsOf(decision)).toEqual(['Normal RunsAlready: The trigger "latest" starts no sweep: daily-20261120 is sweeping the window 2026-11-20 already.']);
    expect(condition(decision, "Triggered")).toContain("False RunsAlready");
  });

  test("that names no window is handled once, and an event says why", () => {
    const decision = decideCronSweep(aView({ ...quiet, trigger: "tomorrow" }));
    expect(decision).toMatchObject({ create: [], status: { handledTrigger: "tomorrow" } });
    expect(eventsOf(decision)).toEqual(['Warning BadTrigger: The trigger "tomorrow" starts no sweep: "tomorrow" is not the start of a window; write it in UTC, like 2026-11-20 or 2026-11-20T06:00:00Z.']);
    expect(after(decision, aView({ trigger: "tomorrow" })).events).toEqual([]);
  });

  test("waits while the CronSweep is paused or refused, and starts a sweep then", () => {
    const paused = decideCronSweep(aView({ ...quiet, trigger: "latest", paused: true }));
    expect(paused).toMatchObject({ create: [], events: [] });
    const refused = after(paused, aView({ trigger: "latest", plan: { problems: ["spec.x: is wrong"] } }));
    expect(refused.create).toEqual([]);
    expect(started(after(refused, aView({ trigger: "latest" })))).toEqual(["daily-20261120-2"]);
  });

  test("and the schedule do not start the same window twice", () => {
    expect(started(decideCronSweep(aView({ trigger: "latest" })))).toEqual(["daily-20261120"]);
  });
});

describe("paused or suspended", () => {
  test.each([
    ["spec.suspend", { plan: aPlan({ suspended: true }) }, "False Suspended: spec.suspend is set: only a trigger starts a sweep."],
    ["the annotation paused", { paused: true }, "False Paused: Paused: neither the schedule nor a trigger starts a sweep."],
  ])("%s: nothing starts, and the condition says so", (_, fields: Partial<CronSweepView>, said) => {
    const decision = decideCronSweep(aView(fields));
    expect(decision).toMatchObject({ create: [], status: { starting: [], newestState: "due" } });
    expect(decision.status).not.toHaveProperty("nextRun");
    expect(condition(decision, "Progressing")).toBe(said);
  });

  test("everything that was missed in between is caught up", () => {
    const held = decideCronSweep(aView({ plan: aPlan({ suspended: true }) }));
    expect(after(held, aView()).status).toMatchObject({ starting: [NEWEST], windowsToCatchUp: 3 });
  });

  test("a Sweep that the schedule was about to create is not created, and its window stays due", () => {
    const held = after(decideCronSweep(aView()), aView({ plan: aPlan({ suspended: true }) }));
    expect(held).toMatchObject({ create: [], status: { starting: [], windows: [] } });
    expect(started(after(held, aView()))).toEqual(["daily-20261120"]);
  });

  test("a running sweep continues", () => {
    const decision = decideCronSweep(aView({ plan: aPlan({ suspended: true }), sweeps: [aSweep("daily-20261120", "2026-11-20")] }));
    expect(condition(decision, "Progressing")).toBe("True Suspended: spec.suspend is set: only a trigger starts a sweep. Still running: daily-20261120.");
  });

  test("a wrong spec: nothing starts, nothing is deleted, nothing is forgotten, and the problems are in the condition", () => {
    const ended = [1, 2, 3].map((turn) => aSweep(`daily-20261118-${turn}`, "2026-11-18", { state: "incomplete", endedAt: turn }));
    const problems = ["spec.schedule: is wrong", "spec.timeZone: is wrong too"];
    const decision = decideCronSweep(aView({ plan: { problems }, status: { ...allComplete(), nextRun: TODAY }, sweeps: ended, generation: 4 }));
    expect(decision).toMatchObject({ create: [], delete: [], requeueAfterSeconds: null, status: { windows: allComplete().windows, observedGeneration: 4 } });
    expect(decision.status).not.toHaveProperty("nextRun");
    expect(condition(decision, "Accepted")).toBe("False Invalid: spec.schedule: is wrong; spec.timeZone: is wrong too");
    expect(eventsOf(decision)).toEqual(["Warning Invalid: spec.schedule: is wrong; spec.timeZone: is wrong too"]);
    expect(after(decision, aView({ plan: { problems } })).events).toEqual([]);
  });
});

describe("history", () => {
  const ended = (turn: number, state: "complete" | "incomplete", fields = {}) => aSweep(`daily-20261118-${turn}`, "2026-11-18", { state, endedAt: turn, beganAt: turn, ...fields });

  test("its own finished Sweeps beyond the limits are deleted, by name and uid", () => {
    const sweeps = [ended(2, "complete"), ended(3, "incomplete"), ended(4, "incomplete"), aSweep("daily-20261118-5", "2026-11-18")];
    const { delete: deleted } = decideCronSweep(aView({ plan: aPlan({ history: { successful: 0, failed: 1 } }), sweeps }));
    expect(deleted).toEqual([2, 3].map((turn) => ({ name: `daily-20261118-${turn}`, uid: `uid-daily-20261118-${turn}` })));
  });

  test("one that somebody else created is never deleted, whatever its name", () => {
    const kept = [ended(2, "complete", { isOwn: false }), ended(3, "incomplete", { isOwn: false })];
    expect(decideCronSweep(aView({ plan: aPlan({ history: { successful: 0, failed: 0 } }), sweeps: kept })).delete).toEqual([]);
  });
});

describe("what a person sees", () => {
  test.each([
    ["all complete", { status: allComplete() }, "False UpToDate: All windows within catchUp are complete."],
    ["before the first run", { createdAt: at("2026-11-21T05:30Z") }, "False BeforeFirstRun: The schedule has not run since the CronSweep was created, or its newest window cannot be asked."],
    [
      "the newest stayed incomplete",
      { status: allComplete({ windows: [{ from: "2026-11-17", to: "2026-11-20", state: "complete", lastAsked: TODAY, turns: 1 }, { from: "2026-11-20", to: "2026-11-21", state: "usable", lastAsked: TODAY, turns: 1 }] }) },
      "False WaitingForNextRun: The window 2026-11-20 is not complete; the next run tries again.",
    ],
    [
      "earlier ones too",
      { status: allComplete({ windows: [{ from: "2026-11-17", to: "2026-11-19", state: "complete", lastAsked: TODAY, turns: 1 }, { from: "2026-11-19", to: "2026-11-20", state: "incomplete", lastAsked: TODAY, turns: 1 }, { from: "2026-11-20", to: "2026-11-21", state: "usable", lastAsked: TODAY, turns: 1 }] }) },
      "False WaitingForNextRun: 2 windows are not complete; the next run tries again.",
    ],
    ["two at once", { sweeps: [aSweep("daily-20261120", "2026-11-20"), aSweep("by-hand", "2026-11-19", { isOwn: false })] }, "True Sweeping: Running: by-hand, daily-20261120."],
  ])("Progressing: %s", (_, fields: Partial<CronSweepView>, said) => {
    expect(condition(decideCronSweep(aView(fields)), "Progressing")).toBe(said);
  });

  test("the next run, and when to reconcile again", () => {
    expect(decideCronSweep(aView({ status: allComplete() }))).toMatchObject({ requeueAfterSeconds: 23 * HOUR, status: { nextRun: "2026-11-22T05:00:00Z" } });
  });

  test("the transition time of a condition does not change with its words", () => {
    const first = decideCronSweep(aView());
    const later = after(first, aView({ now: at("2026-11-21T07:00Z"), sweeps: [aSweep("daily-20261120", "2026-11-20")], generation: 2 }));
    const since = ({ status }: CronDecision) => status.conditions?.map(({ lastTransitionTime }) => lastTransitionTime);
    expect(since(later)).toEqual(since(first));
    expect(later.status.conditions).toMatchObject([{ observedGeneration: 2 }, { observedGeneration: 2 }]);
  });

  test("warnings of the spec are reported once per generation", () => {
    const plan = aPlan({ warnings: ["spec.x: should be known"] });
    const first = decideCronSweep(aView({ plan, status: allComplete() }));
    expect(eventsOf(first)).toEqual(["Warning Noted: spec.x: should be known"]);
    expect(after(first, aView({ plan })).events).toEqual([]);
    expect(after(first, aView({ plan, generation: 2 })).events).toHaveLength(1);
  });

  test("for hundreds of windows that stay usable the status stays small", () => {
    let view = aView({ plan: aPlan({ grid: { everySeconds: HOUR, settleSeconds: 0 }, catchUp: { windows: 1000 } }) });
    for (let hour = 0; hour < 600; hour += 1) {
      const start = at("2026-10-20T00:00Z") + hour * HOUR;
      const sweep = aSweep(`sweep-${hour}`, "2026-11-20", { windowStart: start, state: hour % 2 === 0 ? "usable" : "complete", endedAt: start, beganAt: start });
      view = { ...view, status: decideCronSweep({ ...view, sweeps: [sweep] }).status };
    }
    expect(view.status.windows).toHaveLength(200);
    expect(JSON.stringify(view.status).length).toBeLessThan(40_000);
  });
});
