import { describe, expect, test } from "vitest";
import { leaderSnapshot } from "../../../src/controller/leader-metrics.ts";
import type { CronSweepObject, SweepObject } from "../../../src/controller/resources.ts";
import { Indexer } from "../../../src/kube/indexer.ts";
import type { LeaderSnapshot } from "../../../src/metrics/snapshot.ts";
import { aRunning, MiB, totals } from "../decide/builders.ts";

const NOW = Date.UTC(2026, 10, 21, 6);
const at = (iso: string): number => Date.parse(iso) / 1000;

function aSweep(name: string, status?: object, spec: object = {}): SweepObject {
  return { metadata: { namespace: "bgp", name, uid: name, resourceVersion: "1" }, spec: { cronSweepRef: { name: "daily" }, window: { start: "2026-11-20" }, ...spec }, ...(status === undefined ? {} : { status }) } as unknown as SweepObject;
}

function running(fields: object = {}): object {
  return { phase: "Running", dataset: "bgp/daily", window: "2026-11-20", startedAt: "2026-11-21T05:00:00Z", roundStartedAt: "2026-11-21T05:30:00Z", frozen: { memoryBytes: 128 * MiB }, flow: aRunning({ next: 10, running: [] }), ...fields };
}

function aCronSweep(status?: object, fields: { readonly spec?: object; readonly annotations?: Record<string, string> } = {}): CronSweepObject {
  return { metadata: { namespace: "bgp", name: "daily", uid: "cron", resourceVersion: "1", annotations: fields.annotations ?? {} }, spec: { suspend: false, ...fields.spec }, ...(status === undefined ? {} : { status }) } as unknown as CronSweepObject;
}

function told(sweeps: readonly SweepObject[], cronSweeps: readonly CronSweepObject[] = []): LeaderSnapshot {
  const kept = { sweeps: new Indexer<SweepObject, "cronSweep" | "namespace">({ cronSweep: () => [], namespace: ({ metadata }) => [metadata.namespace ?? ""] }), cronSweeps: new Indexer<CronSweepObject>({}) };
  sweeps.forEach((sweep) => kept.sweeps.put(sweep));
  cronSweeps.forEach((cronSweep) => kept.cronSweeps.put(cronSweep));
  return leaderSnapshot({ ...kept, sweepsOf: (namespace) => kept.sweeps.byIndex("namespace", namespace), cronSweep: (key) => kept.cronSweeps.get(key) }, NOW);
}

describe("of a Sweep", () => {
  test("its times, its window and its flow", () => {
    const [sweep] = told([aSweep("daily-1", running())]).sweeps;
    expect(sweep).toMatchObject({ dataset: "bgp/daily", namespace: "bgp", name: "daily-1", window: "2026-11-20", phase: "Running", isOver: false, startedAt: at("2026-11-21T05:00:00Z"), finishedAt: null, memoryBytes: 128 * MiB, blocked: null });
    expect(sweep!.flow!.totals!.targets).toBe(1280);
  });

  test("the time left, at the pace of the finished batches: five of ten in half an hour leave half an hour", () => {
    const half = running({ flow: aRunning({ next: 6, running: [{ batch: 5, memoryBytes: 1, since: 0 }] }) });
    expect(told([aSweep("daily-1", half)]).sweeps[0]!.secondsLeft).toBe(1800);
    expect(told([aSweep("daily-1", { ...half, phase: "Suspended" })]).sweeps[0]!.secondsLeft).toBeNull();
    expect(told([aSweep("daily-1", { ...half, roundStartedAt: "soon" })]).sweeps[0]!.secondsLeft).toBeNull();
  });

  const reasons: Record<string, { readonly conditions: object[] | undefined; readonly blocked: string | null }> = {
    "what blocks it": { conditions: [{ type: "Accepted", status: "True", reason: "Accepted" }, { type: "Blocked", status: "True", reason: "Surroundings" }], blocked: "Surroundings" },
    "why it was refused": { conditions: [{ type: "Accepted", status: "False", reason: "Invalid" }], blocked: "Invalid" },
    "that nothing does": { conditions: [{ type: "Blocked", status: "False", reason: "Unhindered" }], blocked: null },
    "nothing where nobody has looked at it": { conditions: undefined, blocked: null },
  };
  test.each(Object.entries(reasons))("%s", (_, { conditions, blocked }) => {
    expect(told([aSweep("daily-1", running({ conditions }))]).sweeps[0]!.blocked).toBe(blocked);
  });

  test("before acceptance the dataset that it will have, so that the label does not change", () => {
    expect(told([aSweep("daily-1")]).sweeps[0]).toMatchObject({ phase: "Pending", dataset: "bgp/daily", window: "2026-11-20", flow: null, startedAt: null });
    expect(told([aSweep("daily-1")], [aCronSweep({ dataset: "updates", every: "24h" })]).sweeps[0]!.dataset).toBe("updates");
    expect(told([aSweep("alone", undefined, { cronSweepRef: undefined })]).sweeps[0]!.dataset).toBe("bgp/alone");
    expect(told([aSweep("alone", undefined, { dataset: "mine" })]).sweeps[0]!.dataset).toBe("mine");
  });

  test("nothing about one that finished long ago, except in the count by phase", () => {
    const { sweeps, phases } = told([aSweep("old", running({ phase: "Complete", finishedAt: "2026-11-01T05:00:00Z" })), aSweep("new", running({ phase: "Complete", finishedAt: "2026-11-21T05:55:00Z" }))]);
    expect(sweeps.map(({ name }) => name)).toEqual(["new"]);
    expect(phases).toMatchObject({ Complete: 2, Running: 0, Pending: 0 });
  });
});

describe("of a CronSweep", () => {
  const STATUS = {
    dataset: "bgp/daily",
    every: "24h",
    newestWindow: "2026-11-20",
    newestState: "running",
    windowsToCatchUp: 2,
    windowsMissed: 5,
    nextRun: "2026-11-22T05:00:00Z",
    lastSuccess: "2026-11-20T05:10:00Z",
    windows: [{ from: "2026-11-10", to: "2026-11-18", state: "complete", lastAsked: "2026-11-19T05:00:00Z", turns: 1 }, { from: "2026-11-18", to: "2026-11-19", state: "incomplete", lastAsked: "2026-11-19T05:00:00Z", turns: 1 }],
  };

  test("its windows, its grid and its times", () => {
    expect(told([], [aCronSweep(STATUS)]).cronSweeps).toMatchObject([
      { dataset: "bgp/daily", namespace: "bgp", name: "daily", everySeconds: 86_400, windows: [{ from: at("2026-11-10"), to: at("2026-11-18"), state: "complete" }, { state: "incomplete" }], newest: { start: at("2026-11-20"), state: "running" }, newestTotals: null, nextRun: at("2026-11-22T05:00:00Z"), lastSuccess: at("2026-11-20T05:10:00Z"), windowsToCatchUp: 2, windowsMissed: 5, isSuspended: false },
    ]);
  });

  test("the targets of its newest window, from the newest Sweep that has counted them", () => {
    const sweeps = [
      aSweep("daily-0", running({ window: "2026-11-19", flow: aRunning({ totals: totals({ targets: 1 }) }) })),
      aSweep("daily-1", running({ startedAt: "2026-11-21T01:00:00Z", flow: aRunning({ totals: totals({ targets: 2 }) }) })),
      aSweep("by-hand", running({ startedAt: "2026-11-21T03:00:00Z", flow: aRunning({ totals: totals({ targets: 3 }) }) }), { cronSweepRef: undefined }),
      aSweep("just-begun", running({ startedAt: "2026-11-21T05:00:00Z", flow: { phase: "Preparing" } })),
      aSweep("of-another", running({ startedAt: "2026-11-21T05:00:00Z", dataset: "other", flow: aRunning({ totals: totals({ targets: 5 }) }) })),
    ];
    expect(told(sweeps, [aCronSweep(STATUS)]).cronSweeps[0]!.newestTotals).toEqual(totals({ targets: 3 }));
  });

  test("whether it is suspended or paused", () => {
    expect(told([], [aCronSweep(STATUS, { spec: { suspend: true } })]).cronSweeps[0]!.isSuspended).toBe(true);
    expect(told([], [aCronSweep(STATUS, { annotations: { "sluice.dev/paused": "true" } })]).cronSweeps[0]!.isSuspended).toBe(true);
  });

  test("nothing before its first reconcile, and never a number that is not finite", () => {
    expect(told([], [aCronSweep()]).cronSweeps).toEqual([]);
    expect(told([], [aCronSweep({ dataset: "d", every: "often", windows: STATUS.windows, nextRun: "soon", newestWindow: "2026-02-30" })]).cronSweeps).toEqual([
      { dataset: "d", namespace: "bgp", name: "daily", everySeconds: null, windows: [], newest: null, newestTotals: null, nextRun: null, lastSuccess: null, windowsToCatchUp: 0, windowsMissed: 0, isSuspended: false },
    ]);
  });
});

test("the database of a dataset, from the newest Sweep that reports it, however long ago it finished", () => {
  const found = (bytes: number, startedAt: string, dataset = "bgp/daily"): object => running({ phase: "Complete", finishedAt: "2026-10-01T05:00:00Z", startedAt, dataset, flow: aRunning({ database: { bytes, partitions: 3, partitionsKept: 2 } }) });
  const sweeps = [aSweep("a", found(1, "2026-10-01T01:00:00Z")), aSweep("b", found(2, "2026-10-01T02:00:00Z")), aSweep("c", running()), aSweep("d", found(7, "2026-10-01T00:00:00Z", "other"))];
  expect(told(sweeps).datasets).toEqual([
    { dataset: "bgp/daily", bytes: 2, partitions: 3, partitionsKept: 2 },
    { dataset: "other", bytes: 7, partitions: 3, partitionsKept: 2 },
  ]);
});
