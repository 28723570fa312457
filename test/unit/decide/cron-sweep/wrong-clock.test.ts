import { describe, expect, test } from "vitest";
import { decideCronSweep } from "../../../../src/decide/cron-sweep/cron-sweep.ts";
import { withoutFuture } from "../../../../src/decide/cron-sweep/wrong-clock.ts";
import type { WindowRun } from "../../../../src/model/sweep-object.ts";
import { aSweep, aView, at } from "./world.ts";

const YEARS_AHEAD = "2036-01-01T05:00:00Z";

function run(fields: Partial<WindowRun>): WindowRun {
  return { from: "2026-11-20", to: "2026-11-21", state: "incomplete", lastAsked: "2026-11-21T05:00:00Z", turns: 1, ...fields };
}

function view(windows: readonly WindowRun[], sweeps: ReturnType<typeof aSweep>[] = []): ReturnType<typeof aView> {
  return aView({ status: { dataset: "bgp/daily", every: "24h", windows, lastSuccess: YEARS_AHEAD }, sweeps });
}

describe("what a clock wrote that was years ahead", () => {
  test("keeps no window from being asked again", () => {
    expect(decideCronSweep(view([run({ lastAsked: YEARS_AHEAD })])).create).toEqual(["daily-20261120-2"]);
  });

  test("keeps no later verdict from counting", () => {
    const later = aSweep("daily-20261120-2", "2026-11-20", { state: "complete", endedAt: at("2026-11-21T05:30Z") });
    expect(decideCronSweep(view([run({ lastAsked: YEARS_AHEAD, toldAt: YEARS_AHEAD })], [later])).status).toMatchObject({ newestState: "complete", lastSuccess: "2026-11-21T05:30:00Z" });
  });

  test("as the times of a Sweep neither keeps its window from being asked again nor is the last success", () => {
    const sweep = aSweep("daily-20261120", "2026-11-20", { state: "incomplete", beganAt: at(YEARS_AHEAD), endedAt: at(YEARS_AHEAD) });
    expect(decideCronSweep(view([], [sweep])).create).toEqual(["daily-20261120-2"]);
    const complete = decideCronSweep(view([], [{ ...sweep, state: "complete" }])).status;
    expect(complete).toMatchObject({ newestState: "complete" });
    expect(complete.lastSuccess).toBeUndefined();
  });

  test("is no window of this time: it is forgotten, with its Sweep", () => {
    const sweep = aSweep("daily-20351231", "2035-12-31", { state: "incomplete", beganAt: at(YEARS_AHEAD), endedAt: at(YEARS_AHEAD) });
    const { status } = decideCronSweep(view([run({ state: "complete" }), run({ from: "2035-12-31", to: "2036-01-01", lastAsked: YEARS_AHEAD })], [sweep]));
    expect(status.windows).toMatchObject([{ from: "2026-11-20", state: "complete" }]);
    expect(status.lastSuccess).toBeUndefined();
  });

  test("changes nothing about a window that is complete, nor about a clock that is minutes ahead", () => {
    const minutesAhead = "2026-11-21T06:04:00Z";
    const windows = [run({ lastAsked: minutesAhead, toldAt: minutesAhead }), run({ from: "2026-11-22", to: "2026-11-23", state: "complete" })];
    expect(withoutFuture({ ...view(windows), now: at("2026-11-21T06:00Z") }).status.windows).toEqual(windows);
  });
});
