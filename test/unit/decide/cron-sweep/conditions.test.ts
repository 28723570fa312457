import { describe, expect, test } from "vitest";
import { decideCronSweep } from "../../../../src/decide/cron-sweep/cron-sweep.ts";
import type { ObservedSweep } from "../../../../src/decide/cron-sweep/observed-sweep.ts";
import type { CronDecision } from "../../../../src/decide/cron-sweep/view.ts";
import { after, aSweep, aView, at } from "./world.ts";

function told(day: string, retentionHeld?: string | null): ObservedSweep {
  return aSweep(`daily-${day.replaceAll("-", "")}`, day, { beganAt: at(`${day}T05:00Z`), ...(retentionHeld === undefined ? {} : { retentionHeld }) });
}

function held({ status }: CronDecision): string | undefined {
  return status.conditions?.find(({ type }) => type === "RetentionHeld")?.message;
}

describe("the condition of a retention that is held", () => {
  const cases: readonly [string, ObservedSweep[], string | undefined][] = [
    ["is there if the newest Sweep says so", [told("2026-11-19", null), told("2026-11-20", "2d")], "2d"],
    ["is gone once a newer one followed the retention", [told("2026-11-19", "2d"), told("2026-11-20", null)], undefined],
    ["waits for the newest to count", [told("2026-11-19", "2d"), told("2026-11-20")], "2d"],
    ["is not that of another dataset", [{ ...told("2026-11-20", "2d"), isOfCronSweep: false, dataset: "bgp/other" }], undefined],
  ];
  test.each(cases)("%s", (_, sweeps, expected) => {
    expect(held(decideCronSweep(aView({ sweeps })))).toBe(expected);
  });

  test("stays when the history limits have removed the Sweep that said so, and while the spec is invalid", () => {
    const before = decideCronSweep(aView({ sweeps: [told("2026-11-20", "2d")] }));
    expect(held(after(before, aView()))).toBe("2d");
    expect(held(after(before, aView({ plan: { problems: ["wrong"] } })))).toBe("2d");
  });
});
