import type { WindowRun } from "../../model/sweep-object.ts";
import type { EpochSeconds } from "../../model/window.ts";
import type { CronSweepView } from "./view.ts";

/** What a clock may be ahead of ours: that of the API server, or of another controller. */
const TOLERANCE_SECONDS = 300;

/**
 * The view without times that are yet to come: a clock wrote them that was far ahead. Otherwise such a time would be the last word about its
 * window for years: nothing would ask it again, and no later verdict would count. What is complete stays complete, since it may be our own
 * clock that was set back.
 */
export function withoutFuture(view: CronSweepView): CronSweepView {
  const border = view.now + TOLERANCE_SECONDS;
  const past = (at: EpochSeconds): EpochSeconds => (at > border ? 0 : at);
  const { windows, lastSuccess, ...status } = view.status;
  return {
    ...view,
    sweeps: view.sweeps.map((sweep) => {
      const { windowStart, beganAt, endedAt } = sweep;
      return { ...sweep, windowStart: windowStart !== null && windowStart > border ? null : windowStart, beganAt: past(beganAt), endedAt: endedAt === null ? null : past(endedAt) };
    }),
    status: {
      ...status,
      ...(lastSuccess === undefined || isAfter(lastSuccess, border) ? {} : { lastSuccess }),
      ...(windows === undefined ? {} : { windows: windows.filter(({ from, state }) => state === "complete" || !isAfter(from, border)).map((run) => pastRun(run, border)) }),
    },
  };
}

function pastRun({ lastAsked, toldAt, ...run }: WindowRun, border: EpochSeconds): WindowRun {
  return {
    ...run,
    lastAsked: isAfter(lastAsked, border) ? NEVER : lastAsked,
    ...(toldAt === undefined || isAfter(toldAt, border) ? {} : { toldAt }),
  };
}

const NEVER = "1970-01-01T00:00:00Z";

function isAfter(text: string, border: EpochSeconds): boolean {
  return Date.parse(text) / 1000 > border;
}
