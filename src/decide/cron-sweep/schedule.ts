import { readCronFields, type CronFields } from "../../model/cron-fields.ts";
import { SpecError } from "../../model/errors.ts";
import type { EpochSeconds } from "../../model/window.ts";
import { evenStretches, type EvenStretch, type WallSeconds } from "./wall-clock.ts";

/**
 * When to ask, as a CronJob's schedule and timeZone mean it. The schema has checked both (model/schema/cron-sweep.ts).
 *
 * Around daylight saving it differs from a CronJob, which skips a run or starts it twice. A schedule runs when the clock on the wall shows one of
 * its times for the first time: times that are shown again do not count, and those that the clock skips make one run at the end of the gap. A
 * schedule of every hour follows elapsed time instead: it would stand still for an hour otherwise.
 */
export interface Schedule {
  readonly text: string;
  readonly timeZone: string;
}

const HOUR = 3600;
const DAY = 24 * HOUR;

/** A run is at most this far from the time on the wall that it stands for: no offset and no jump is larger. */
const FARTHEST = DAY;

/** Where to give up: the longest pause of a schedule is the eight years from one 29 February to the next around 2100. */
const LONGEST_PAUSE = 9 * 366 * DAY;

/** The first run after a moment; null if the schedule never runs again. */
export function nextRun(schedule: Schedule, after: EpochSeconds): EpochSeconds | null {
  const fields = fieldsOf(schedule);
  const begin = Math.floor(after) + 1;
  for (let from = begin; from < begin + LONGEST_PAUSE; ) {
    const wall = matchFrom(fields, from - FARTHEST, from + LONGEST_PAUSE);
    if (wall === null) return null;
    from = Math.max(from, wall - FARTHEST);
    const to = from + 2 * DAY;
    for (const stretch of evenStretches(schedule.timeZone, from, to)) {
      const run = firstRun(fields, stretch);
      if (run !== null) return run;
    }
    from = to;
  }
  return null;
}

/** The last run at or before a moment; null if there was none. */
export function lastRun(schedule: Schedule, upTo: EpochSeconds): EpochSeconds | null {
  const fields = fieldsOf(schedule);
  const end = Math.floor(upTo) + 1;
  for (let to = end; to > end - LONGEST_PAUSE; ) {
    const wall = matchBefore(fields, to + FARTHEST, to - LONGEST_PAUSE);
    if (wall === null) return null;
    to = Math.min(to, wall + FARTHEST + 1);
    const from = to - 2 * DAY;
    for (const stretch of evenStretches(schedule.timeZone, from, to).reverse()) {
      const run = latestRun(fields, stretch);
      if (run !== null) return run;
    }
    to = from;
  }
  return null;
}

function fieldsOf({ text }: Schedule): CronFields {
  const fields = readCronFields(text);
  if ("problem" in fields) throw new SpecError(fields.problem);
  return fields;
}

function firstRun(fields: CronFields, stretch: EvenStretch): EpochSeconds | null {
  if (skipsRun(fields, stretch)) return stretch.from;
  const wall = matchFrom(fields, countsFrom(fields, stretch), stretch.to + stretch.offset);
  return wall === null ? null : wall - stretch.offset;
}

function latestRun(fields: CronFields, stretch: EvenStretch): EpochSeconds | null {
  const wall = matchBefore(fields, stretch.to + stretch.offset, countsFrom(fields, stretch));
  if (wall !== null) return wall - stretch.offset;
  return skipsRun(fields, stretch) ? stretch.from : null;
}

/** The clock was put forward at the beginning of this stretch, over a time of the schedule. */
function skipsRun(fields: CronFields, { from, offset, shown }: EvenStretch): boolean {
  return !isHourly(fields) && shown < from + offset && matchFrom(fields, shown, from + offset) !== null;
}

/** What the clock shows from here on counts. */
function countsFrom(fields: CronFields, { from, offset, shown }: EvenStretch): WallSeconds {
  return isHourly(fields) ? from + offset : Math.max(from + offset, shown);
}

function isHourly({ hours }: CronFields): boolean {
  return hours.length === 24;
}

/** The first time of the schedule in [from, to) on the wall. */
function matchFrom(fields: CronFields, from: WallSeconds, to: WallSeconds): WallSeconds | null {
  for (let day = Math.floor(from / DAY); day * DAY < to; day += 1) {
    if (!isOnDay(fields, day)) continue;
    for (const hour of fields.hours) {
      const start = day * DAY + hour * HOUR;
      if (start + HOUR <= from) continue;
      const minute = fields.minutes.find((one) => start + one * 60 >= from);
      if (minute !== undefined) return start + minute * 60 < to ? start + minute * 60 : null;
    }
  }
  return null;
}

/** The last time of the schedule in [from, before) on the wall. */
function matchBefore(fields: CronFields, before: WallSeconds, from: WallSeconds): WallSeconds | null {
  for (let day = Math.floor((before - 1) / DAY); (day + 1) * DAY > from; day -= 1) {
    if (!isOnDay(fields, day)) continue;
    for (const hour of fields.hours.toReversed()) {
      const start = day * DAY + hour * HOUR;
      if (start >= before) continue;
      const minute = fields.minutes.findLast((one) => start + one * 60 < before);
      if (minute !== undefined) return start + minute * 60 >= from ? start + minute * 60 : null;
    }
  }
  return null;
}

function isOnDay({ daysOfMonth, months, daysOfWeek, bothDays }: CronFields, day: number): boolean {
  const date = new Date(day * DAY * 1000);
  if (!months.includes(date.getUTCMonth() + 1)) return false;
  const [ofMonth, ofWeek] = [daysOfMonth.includes(date.getUTCDate()), daysOfWeek.includes(date.getUTCDay())];
  return bothDays ? ofMonth && ofWeek : ofMonth || ofWeek;
}
