import { Cron } from "croner";
import type { EpochSeconds } from "../../model/window.ts";

/**
 * When to ask, as a CronJob's schedule and timeZone mean it. The schema has checked both (model/schema/cron-sweep.ts).
 *
 * Around daylight saving it differs from a CronJob, which skips a run or starts it twice: a run in the hour that is skipped comes at the
 * first moment after it, and a run in the hour that is repeated comes once, the first time.
 */
export interface Schedule {
  readonly text: string;
  readonly timeZone: string;
}

/** The first run after a moment; null if the schedule never runs again. */
export function nextRun(schedule: Schedule, after: EpochSeconds): EpochSeconds | null {
  return secondsOf(cronOf(schedule).nextRun(new Date(Math.floor(after) * 1000)));
}

/** The last run at or before a moment; null if there was none. */
export function lastRun(schedule: Schedule, upTo: EpochSeconds): EpochSeconds | null {
  return secondsOf(cronOf(schedule).previousRuns(1, new Date((Math.floor(upTo) + 1) * 1000))[0]);
}

function cronOf({ text, timeZone }: Schedule): Cron {
  return new Cron(text, { paused: true, timezone: timeZone, mode: "5-part" });
}

function secondsOf(run: Date | null | undefined): EpochSeconds | null {
  return run === null || run === undefined ? null : run.getTime() / 1000;
}
