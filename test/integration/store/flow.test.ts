import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FencedError, SpecError } from "../../../src/model/errors.ts";
import type { Selection } from "../../../src/model/resolved.ts";
import type { TargetResult } from "../../../src/model/result.ts";
import { claimBatch, nextBatchNumber, readPass, writeBatches } from "../../../src/store/batches.ts";
import { largestTargets } from "../../../src/store/canaries.ts";
import { commitResults } from "../../../src/store/commit.ts";
import { giveUp } from "../../../src/store/give-up.ts";
import { remaining, select, targetIds } from "../../../src/store/selection.ts";
import { finishSweep, freezeSweep, readSweep } from "../../../src/store/sweeps.ts";
import { closeWindow, lastPlanSize, openWindow, planWindow, readPlan, tally } from "../../../src/store/windows.ts";
import { type SweepWishes, type TestStore, type TestSweep, aNo, anOk, aResolvedSpec, aStore, aSweep, DAY, someRows } from "../../support/postgres/store.ts";

let store: TestStore;
let dataset: string;

beforeAll(async () => {
  store = await aStore();
});

afterAll(async () => {
  await store.close();
});

beforeEach(() => {
  dataset = randomUUID();
});

const SIX = ["AS1", "AS2", "AS3", "AS4", "AS5", "AS6"];

/** ok, empty, rejected, suspect, failed, and one without a result. */
async function aMixedWindow(): Promise<TestSweep> {
  const sweep = await aSweep(store.db, { dataset, targets: SIX });
  const [one, two, three, four, five] = sweep.ids as [number, number, number, number, number];
  await commitResults(store.db, sweep.fence, [
    anOk(one, someRows(DAY, 5)),
    aNo(two),
    aNo(three, { state: "rejected", httpStatus: 400 }),
    aNo(four, { state: "suspect", error: "ends-early" }),
    aNo(five, { state: "failed", error: "timeout" }),
  ]);
  return sweep;
}

async function remainingNames(uid: string): Promise<string[]> {
  const left = await store.db.transaction((tx) => remaining(tx, uid));
  const rows = await store.db.query<{ name: string }>("select name from sluice.targets where id = any($1) order by name", [left.map((each) => each.targetId)]);
  return rows.map((row) => row.name);
}

describe("targets", () => {
  test("keep their ids, in the given order, also with many callers at once", async () => {
    const names = Array.from({ length: 500 }, (_, index) => `${dataset}-${index}`);
    const ask = (list: readonly string[]): Promise<number[]> => store.db.transaction((tx) => targetIds(tx, list));
    const [forwards, backwards] = await Promise.all([ask(names), ask(names.toReversed())]);
    expect(new Set(forwards).size).toBe(500);
    expect(backwards.toReversed()).toEqual(forwards);
  });
});

describe("a selection", () => {
  const cases: Record<string, { selection: Selection; selects: string[] }> = {
    "incomplete: what is not settled": { selection: { states: "incomplete" }, selects: ["AS4", "AS5", "AS6"] },
    "all: everything": { selection: { states: "all" }, selects: SIX },
    "a list of states": { selection: { states: ["rejected", "missing"] }, selects: ["AS3", "AS6"] },
    "narrowed to names": { selection: { states: "incomplete", narrow: ["AS1", "AS5"] }, selects: ["AS5"] },
  };

  test.each(Object.entries(cases))("%s", async (_, { selection, selects }) => {
    await aMixedWindow();
    const rerun = await aSweep(store.db, { dataset, targets: SIX, selection });
    expect((await claimBatch(store.db, rerun.uid, 0)).targets.map((target) => target.name)).toEqual(selects);
    expect(await remainingNames(rerun.uid)).toEqual(selects);
  });

  test("refuses a name that is not in the window", async () => {
    await aMixedWindow();
    const narrowed = aSweep(store.db, { dataset, targets: SIX, selection: { states: "all", narrow: ["AS1", "AS77"] } });
    await expect(narrowed).rejects.toThrow(new SpecError("Not among the window's targets: AS77."));
  });

  test("stays the same, whatever is settled meanwhile", async () => {
    const sweep = await aSweep(store.db, { dataset });
    await commitResults(store.db, sweep.fence, [aNo(sweep.ids[0]!)]);
    const again = await store.db.transaction((tx) => select(tx, { ...sweep, selection: { states: "incomplete" } }));
    expect(again).toEqual(sweep.ids);
  });
});

describe("what remains", () => {
  test("is what this sweep has not settled, with its last batch and whether it was in flight there", async () => {
    const sweep = await aMixedWindow();
    const [four, five, six] = sweep.ids.slice(3) as [number, number, number];
    const { db } = store;
    await db.transaction(async (tx) => {
      expect(await nextBatchNumber(tx, sweep.uid)).toBe(1);
      await writeBatches(tx, sweep.uid, 2, 0, [{ number: 1, memoryBytes: 256 << 20, targets: [five, six] }]);
    });
    await db.query("update sluice.batches set asked = array[$2::integer] where sweep_uid = $1 and number = 1", [sweep.uid, six]);
    expect(await remaining(db, sweep.uid)).toEqual([
      { targetId: four, lastBatch: { number: 0, memoryBytes: 128 << 20, size: 6, asked: false } },
      { targetId: five, lastBatch: { number: 1, memoryBytes: 256 << 20, size: 2, asked: false } },
      { targetId: six, lastBatch: { number: 1, memoryBytes: 256 << 20, size: 2, asked: true } },
    ]);
  });

  test("leaves out what another sweep has settled, if only incomplete targets are asked", async () => {
    const mine = await aSweep(store.db, { dataset });
    const other = await aSweep(store.db, { dataset });
    await commitResults(store.db, other.fence, [aNo(other.ids[0]!)]);
    expect(await remainingNames(mine.uid)).toEqual(["AS2", "AS3"]);
    expect((await claimBatch(store.db, mine.uid, 0)).targets.map((target) => target.name)).toEqual(["AS2", "AS3"]);
  });

  test("of a sweep of all targets keeps failures over a settled answer, but not answers with fewer matches", async () => {
    const before = await aSweep(store.db, { dataset });
    await commitResults(store.db, before.fence, before.ids.map((id) => anOk(id, someRows(DAY, 4))));
    const rerun = await aSweep(store.db, { dataset, selection: { states: "all" } });
    const [one, two, three] = rerun.ids as [number, number, number];
    await commitResults(store.db, rerun.fence, [aNo(one, { state: "failed", error: "timeout" }), anOk(two, someRows(DAY, 1)), anOk(three, someRows(DAY, 4))]);
    expect(await remainingNames(rerun.uid)).toEqual(["AS1"]);
    expect((await claimBatch(store.db, rerun.uid, 0)).targets).toEqual([]);
  });

  test("leaves out targets given up for lack of memory, until another sweep asks them", async () => {
    const sweep = await aSweep(store.db, { dataset });
    const [one, two] = sweep.ids as [number, number];
    await commitResults(store.db, sweep.fence, [anOk(two, someRows(DAY, 1))]);
    const exhausted = [one, two].map((targetId) => ({ targetId, batch: 0 }));
    await store.db.transaction((tx) => giveUp(tx, sweep.uid, exhausted, new Date(), "out of memory alone with 1 GiB"));
    expect(await store.db.query("select target, state, error from sluice.results where dataset = $1 order by target", [dataset])).toEqual([
      { target: "AS1", state: "failed", error: "memory" },
      { target: "AS2", state: "ok", error: null },
    ]);
    expect(await remainingNames(sweep.uid)).toEqual(["AS3"]);
    expect(await remainingNames((await aSweep(store.db, { dataset })).uid)).toEqual(["AS1", "AS3"]);
  });
});

describe("a failure that comes again in a later pass", () => {
  /** Commits these results in passes of one sweep that are this many seconds apart, and gives what remains after each. */
  async function passes(sweep: TestSweep, seconds: number, results: readonly Partial<TargetResult>[]): Promise<string[][]> {
    const [one] = sweep.ids as [number];
    const left: string[][] = [];
    let { fence } = sweep;
    for (const [index, wishes] of results.entries()) {
      if (index > 0) {
        const number = await store.db.transaction(async (tx) => {
          const next = await nextBatchNumber(tx, sweep.uid);
          await writeBatches(tx, sweep.uid, index + 1, 0, [{ number: next, memoryBytes: 128 << 20, targets: [one] }]);
          return next;
        });
        ({ fence } = await claimBatch(store.db, sweep.uid, number));
      }
      const at = new Date(Date.UTC(2026, 10, 21) + index * seconds * 1000);
      await commitResults(store.db, fence, [aNo(one, { ...wishes, startedAt: at, finishedAt: at })]);
      left.push(await remainingNames(sweep.uid));
    }
    return left;
  }
  const REFUSED = { state: "failed", error: "refused", detail: "HTTP 403: Forbidden", httpStatus: 403 } as const;
  const WRONG = { state: "mismatch", error: "declared-wrong", detail: "declares 388, found 100", declared: 388, updates: 0 } as const;
  const ASKED = ["AS1", "AS2", "AS3"];
  const LEFT_OUT = ["AS2", "AS3"];

  const cases: Record<string, { seconds?: number; results: Partial<TargetResult>[]; left: string[][] }> = {
    "word for word, is not asked again in this sweep": { results: [REFUSED, REFUSED], left: [ASKED, LEFT_OUT] },
    "with the same numbers, neither": { results: [WRONG, WRONG], left: [ASKED, LEFT_OUT] },
    "with another number, is": { results: [WRONG, { ...WRONG, declared: 389 }, { ...WRONG, declared: 390 }], left: [ASKED, ASKED, ASKED] },
    "with other words, is": { results: [REFUSED, { ...REFUSED, detail: "HTTP 403: Request 2" }], left: [ASKED, ASKED] },
    "after another one, is": { results: [REFUSED, WRONG, REFUSED], left: [ASKED, ASKED, ASKED] },
    "at once, is, and once more after a while is not": { seconds: 6, results: [REFUSED, REFUSED], left: [ASKED, ASKED] },
    "as failures do that pass by themselves, is": {
      results: Array.from({ length: 4 }, () => ({ state: "failed", error: "server", detail: "HTTP 502: Bad Gateway", httpStatus: 502 })),
      left: [ASKED, ASKED, ASKED, ASKED],
    },
  };
  test.each(Object.entries(cases))("%s", async (_, { seconds = 30, results, left }) => {
    expect(await passes(await aSweep(store.db, { dataset }), seconds, results)).toEqual(left);
  });

  test("is asked again by another sweep, until it repeats there", async () => {
    await passes(await aSweep(store.db, { dataset }), 30, [REFUSED, REFUSED]);
    expect(await passes(await aSweep(store.db, { dataset }), 30, [REFUSED, REFUSED])).toEqual([ASKED, LEFT_OUT]);
  });

  test("is not asked again either where a settled answer stays", async () => {
    const first = await aSweep(store.db, { dataset });
    await commitResults(store.db, first.fence, [anOk(first.ids[0]!, someRows(DAY, 5))]);
    const rerun = await aSweep(store.db, { dataset, selection: { states: "all" } });
    expect(await passes(rerun, 30, [REFUSED, { ...REFUSED, detail: "HTTP 403: Request 2" }, REFUSED])).toEqual([ASKED, ASKED, LEFT_OUT]);
  });
});

describe("batches", () => {
  test("of a pass are written once, and returned as ranges with the same memory", async () => {
    const sweep = await aSweep(store.db, { dataset });
    const [one, two, three] = sweep.ids as [number, number, number];
    const batches = [
      { number: 1, memoryBytes: 256, targets: [one] },
      { number: 2, memoryBytes: 256, targets: [two] },
      { number: 3, memoryBytes: 128, targets: [three, one] },
    ];
    const ranges = [{ from: 1, to: 2, memoryBytes: 256 }, { from: 3, to: 3, memoryBytes: 128 }];
    const write = (): Promise<unknown> => store.db.transaction((tx) => writeBatches(tx, sweep.uid, 2, 0, batches));
    expect(await Promise.all([write(), write()])).toEqual([ranges, ranges]);
    expect(await readPass(store.db, sweep.uid, 2, 0)).toEqual(ranges);
    expect(await readPass(store.db, sweep.uid, 2, 1)).toBeNull();
    expect((await claimBatch(store.db, sweep.uid, 3)).targets.map((target) => target.id)).toEqual([three, one]);
  });

  test("are claimed with a rising incarnation, with the frozen spec, and not after the sweep has finished", async () => {
    const sweep = await aSweep(store.db, { dataset });
    const claims = await Promise.all([1, 2, 3].map(() => claimBatch(store.db, sweep.uid, 0)));
    expect(claims.map((claim) => claim.fence.incarnation).sort()).toEqual([2, 3, 4]);
    expect(claims[0]).toMatchObject({ datasetId: sweep.datasetId, window: DAY, memoryBytes: 128 << 20, size: 3, spec: aResolvedSpec({ dataset }) });
    await expect(claimBatch(store.db, sweep.uid, 9)).rejects.toThrow(SpecError);
    await store.db.transaction((tx) => finishSweep(tx, sweep.uid, () => "incomplete"));
    await expect(claimBatch(store.db, sweep.uid, 0)).rejects.toThrow(FencedError);
  });
});

describe("a sweep", () => {
  test("keeps the spec that was frozen first", async () => {
    const sweep = await aSweep(store.db, { dataset });
    const other = aResolvedSpec({ dataset, atLeast: 0.5 });
    const identity = { uid: sweep.uid, namespace: "bgp", name: "x" };
    const frozen = await store.db.transaction((tx) => freezeSweep(tx, identity, sweep.datasetId, other));
    expect(frozen.spec).toEqual(aResolvedSpec({ dataset }));
    expect(await readSweep(store.db, randomUUID())).toBeNull();
  });

  test("is finished once: a second call returns the same verdict, whatever has changed", async () => {
    const sweep = await aMixedWindow();
    const finish = (verdict: "usable" | "incomplete"): Promise<unknown> => store.db.transaction((tx) => finishSweep(tx, sweep.uid, () => verdict));
    const totals = { targets: 6, ok: 1, empty: 1, rejected: 1, suspect: 1, mismatch: 0, failed: 1, missing: 1, updates: 10 };
    expect(await finish("usable")).toEqual({ totals, verdict: "usable" });
    expect(await finish("incomplete")).toEqual({ totals, verdict: "usable" });
    expect((await readSweep(store.db, sweep.uid))!.verdict).toBe("usable");
  });
});

describe("a window", () => {
  async function shown(): Promise<unknown> {
    const [row] = await store.db.query("select state, targets, settled, suspect, mismatch, failed, missing, updates from sluice.windows where dataset = $1", [dataset]);
    return row;
  }

  test("is counted until it is closed, and has the same totals afterwards", async () => {
    const sweep = await aMixedWindow();
    const counts = { state: "incomplete", targets: 6, settled: 3, suspect: 1, mismatch: 0, failed: 1, missing: 1, updates: 10 };
    expect(await shown()).toEqual(counts);
    await store.db.transaction((tx) => finishSweep(tx, sweep.uid, () => "incomplete"));
    expect(await shown()).toEqual(counts);
    const stored = await store.db.query("select tallied, last_asked from sluice.window_plans where dataset_id = $1", [sweep.datasetId]);
    expect(stored).toEqual([{ tallied: true, last_asked: new Date("2026-11-21T05:00:04Z") }]);
  });

  test("is still counted while another sweep of it is unfinished", async () => {
    const sweep = await aMixedWindow();
    const other = await aSweep(store.db, { dataset, targets: SIX });
    await store.db.transaction((tx) => finishSweep(tx, sweep.uid, () => "incomplete"));
    await commitResults(store.db, other.fence, other.ids.slice(3).map((id) => aNo(id)));
    expect(await shown()).toMatchObject({ state: "complete", settled: 6 });
  });

  test("that was closed is counted again once the next sweep starts", async () => {
    const sweep = await aMixedWindow();
    await store.db.transaction((tx) => finishSweep(tx, sweep.uid, () => "incomplete"));
    const rerun = await aSweep(store.db, { dataset, targets: SIX });
    await commitResults(store.db, rerun.fence, [aNo(rerun.ids[5]!)]);
    expect(await shown()).toMatchObject({ settled: 4, missing: 0 });
  });

  test.each<[string, SweepWishes, string]>([
    ["usable from the share on", { atLeast: 0.5 }, "usable"],
    ["incomplete below it", { atLeast: 0.51 }, "incomplete"],
  ])("is %s", async (_, wishes, state) => {
    await aMixedWindow();
    await aSweep(store.db, { dataset, targets: SIX, ...wishes });
    expect(await shown()).toMatchObject({ state });
  });

  test("keeps settled targets of an earlier list in its plan, and drops the others", async () => {
    const sweep = await aMixedWindow();
    const shorter = sweep.ids.slice(3, 4);
    const plan = await store.db.transaction((tx) => planWindow(tx, sweep.datasetId, DAY, shorter, { sourceHash: "h2", atLeast: 1 }));
    expect(plan).toEqual(sweep.ids.slice(0, 4));
    expect(await readPlan(store.db, sweep.datasetId, DAY)).toEqual({ targets: plan, listed: shorter.length, sourceHash: "h2" });
    expect(await tally(store.db, sweep.datasetId, DAY)).toMatchObject({ targets: 4, failed: 0, missing: 0, updates: 10 });
  });

  test("is compared with the list of the newest other window", async () => {
    const sweep = await aMixedWindow();
    const next = { start: DAY.end, end: DAY.end + 86_400 };
    expect(await lastPlanSize(store.db, sweep.datasetId, DAY)).toBeNull();
    expect(await lastPlanSize(store.db, sweep.datasetId, next)).toBe(6);
  });

  test("without a plan has no targets", async () => {
    const sweep = await aMixedWindow();
    const never = { start: DAY.end, end: DAY.end + 86_400 };
    expect(await tally(store.db, sweep.datasetId, never)).toMatchObject({ targets: 0, missing: 0 });
    expect(await readPlan(store.db, sweep.datasetId, never)).toBeNull();
    await store.db.transaction(async (tx) => {
      await openWindow(tx, sweep.datasetId, never);
      await closeWindow(tx, sweep.datasetId, never);
    });
  });

  test("gives its largest targets once it is usable, as canaries for the next window", async () => {
    const sweep = await aSweep(store.db, { dataset });
    const [one, two, three] = sweep.ids as [number, number, number];
    await commitResults(store.db, sweep.fence, [anOk(one, someRows(DAY, 5)), anOk(two, someRows(DAY, 9))]);
    expect(await largestTargets(store.db, sweep.datasetId, 2)).toEqual([]);
    await commitResults(store.db, sweep.fence, [aNo(three)]);
    expect(await largestTargets(store.db, sweep.datasetId, 3)).toEqual(["AS2", "AS1"]);
  });
});
