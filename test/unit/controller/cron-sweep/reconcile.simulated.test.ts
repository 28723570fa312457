import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { WindowState } from "../../../../src/model/states.ts";
import { aCronSweep } from "./builders.ts";
import { CronSweepWorld, type WriteFault } from "./world.ts";

const HOUR = 3_600_000;

type Step =
  | { readonly kind: "reconcile"; readonly faults: readonly (WriteFault | null)[]; readonly isCacheFresh: boolean }
  | { readonly kind: "away"; readonly hours: number }
  | { readonly kind: "suspend"; readonly isSuspended: boolean }
  | { readonly kind: "end"; readonly verdict: WindowState }
  | { readonly kind: "delete" };

const verdict = fc.constantFrom<WindowState[]>("complete", "complete", "complete", "usable", "incomplete");
const reconcile = fc.record({
  kind: fc.constant("reconcile" as const),
  faults: fc.array(fc.constantFrom<(WriteFault | null)[]>(null, null, "before", "after"), { maxLength: 4 }),
  isCacheFresh: fc.boolean(),
});
const step = fc.oneof(
  { weight: 6, arbitrary: reconcile },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("away" as const), hours: fc.constantFrom(0, 1, 5, 12, 24, 30, 100, 200) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("suspend" as const), isSuspended: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("end" as const), verdict }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete" as const) }) },
);

async function take(world: CronSweepWorld, taken: Step): Promise<void> {
  const [running] = world.running;
  switch (taken.kind) {
    case "reconcile":
      world.faults.splice(0, Infinity, ...taken.faults);
      if (taken.isCacheFresh) world.refresh();
      await world.reconcile();
      world.faults.splice(0);
      break;
    case "away":
      world.now += taken.hours * HOUR;
      break;
    case "suspend":
      world.suspend(taken.isSuspended);
      break;
    case "end":
      if (running !== undefined) world.end(running.metadata.name, taken.verdict);
      break;
    case "delete":
      if (running !== undefined) world.delete(running.metadata.name);
      break;
  }
}

/** All is well again: what is due begins and ends, over two runs of the schedule. */
async function settle(world: CronSweepWorld): Promise<void> {
  world.suspend(false);
  for (let day = 0; day < 2; day += 1) {
    world.now += 24 * HOUR;
    for (let quiet = 0; quiet < 2; ) {
      world.refresh();
      const before = world.writes;
      await world.reconcile();
      world.refresh();
      world.running.forEach(({ metadata }) => world.end(metadata.name, "complete"));
      quiet = world.writes === before ? quiet + 1 : 0;
    }
  }
}

function windowsOf({ running }: CronSweepWorld): string[] {
  return running.map(({ spec }) => spec.window.start);
}

/** The day that the last run at five made due, and so many before it. */
function daysBefore(now: number, count: number): string[] {
  return Array.from({ length: count + 1 }, (_, index) => new Date(now - 5 * HOUR - (index + 1) * 24 * HOUR).toISOString().slice(0, 10));
}

describe("whatever goes wrong, and for however long", () => {
  test.each(["Forbid", "Allow"] as const)("%s: each window ends with one complete sweep, and none has two at once", async (concurrencyPolicy) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const world = new CronSweepWorld(aCronSweep({ concurrencyPolicy }), "2026-11-10T05:00:00Z");
        for (const taken of steps) {
          await take(world, taken);
          const windows = windowsOf(world);
          expect(new Set(windows).size).toBe(windows.length);
          if (concurrencyPolicy === "Forbid") expect(windows.length).toBeLessThanOrEqual(1);
        }
        await settle(world);
        for (const [, verdicts] of world.verdicts) expect(verdicts.filter((one) => one === "complete").length).toBeLessThanOrEqual(1);
        for (const day of daysBefore(world.now, 7)) expect([day, world.verdicts.get(day)?.at(-1)]).toEqual([day, "complete"]);
      }),
      { numRuns: 150 },
    );
  });

  test("a sweep that finishes in the same second as the one before it is counted too", async () => {
    const world = new CronSweepWorld(aCronSweep({ concurrencyPolicy: "Allow", catchUp: { windows: 1 } }), "2026-11-10T05:00:00Z");
    const look: Step = { kind: "reconcile", faults: [], isCacheFresh: true };
    for (const taken of [look, look] as const) await take(world, taken);
    world.now += 24 * HOUR;
    world.end("ripestat-daily-20261108", "complete");
    world.end("ripestat-daily-20261109", "incomplete");
    for (const taken of [look, look] as const) await take(world, taken);
    world.end("ripestat-daily-20261109-2", "complete");
    await take(world, look);
    expect(world.cronSweep.status?.windows).toMatchObject([{ from: "2026-11-09", state: "complete" }, { from: "2026-11-10" }]);
  });

  test("at most four writes a sweep, and none where nothing has changed", async () => {
    const world = new CronSweepWorld(aCronSweep({ catchUp: { windows: 0 } }), "2026-11-10T05:00:00Z");
    await world.reconcile();
    expect(world.writes).toBe(2);
    world.refresh();
    await world.reconcile();
    await world.reconcile();
    expect(world.writes).toBe(3);
    world.end("ripestat-daily-20261109", "complete");
    world.refresh();
    await world.reconcile();
    world.now += 20 * HOUR;
    await world.reconcile();
    expect(world.writes).toBe(4);
  });

  test("an empty cache creates nothing twice", async () => {
    const world = new CronSweepWorld(aCronSweep(), "2026-11-10T05:00:00Z");
    for (let look = 0; look < 5; look += 1) await world.reconcile();
    expect(world.sweeps.map(({ metadata }) => metadata.name)).toEqual(["ripestat-daily-20261109"]);
    expect(world.cronSweep.status).toMatchObject({ starting: [], active: ["ripestat-daily-20261109"] });
  });
});
