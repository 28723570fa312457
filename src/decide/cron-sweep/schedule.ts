import { Cron } from "croner";
import { SpecError } from "../../model/errors.ts";
import type { EpochSeconds } from "../../model/window.ts";

const MACROS = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/** A field as a CronJob takes it: croner by itself would also take L, W, # and ?. Names of months and days are letters in threes. */
const FIELD = /^(?:\*|[0-9]+|[a-z]{3})(?:[-/,](?:\*|[0-9]+|[a-z]{3}))*$/i;

/** When to ask, as a CronJob's schedule and timeZone mean it. Made by parseSchedule. */
export interface Schedule {
  readonly text: string;
  readonly timeZone: string;
}

/**
 * Where a run falls on daylight saving we differ from a CronJob, which drops it or starts it twice: one that falls into the hour that
 * is left out comes at the first moment after it, and one in the hour that comes twice comes once, the first time.
 * @throws SpecError
 */
export function parseSchedule(text: string, timeZone: string): Schedule {
  const problem = problemOf(text);
  if (problem !== null) throw new SpecError(`The schedule ${JSON.stringify(text)} ${problem}.`);
  if (!isTimeZone(timeZone)) throw new SpecError(`${JSON.stringify(timeZone)} is no time zone; write it like Etc/UTC or Europe/Amsterdam.`);
  return { text, timeZone };
}

/** The first run after a moment; null where the schedule does not come again. */
export function nextRun(schedule: Schedule, after: EpochSeconds): EpochSeconds | null {
  return secondsOf(cronOf(schedule).nextRun(new Date(Math.floor(after) * 1000)));
}

/** The last run at or before a moment; null where there was none. */
export function lastRun(schedule: Schedule, upTo: EpochSeconds): EpochSeconds | null {
  return secondsOf(cronOf(schedule).previousRuns(1, new Date((Math.floor(upTo) + 1) * 1000))[0]);
}

function problemOf(text: string): string | null {
  if (/^(CRON_)?TZ=/.test(text)) return "names a time zone: that stands in timeZone";
  if (text.startsWith("@")) return MACROS.includes(text) ? null : `is none of ${MACROS.join(", ")}`;
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5) return `has ${fields.length} fields; it needs five: minute, hour, day of month, month, day of week`;
  const wrong = fields.find((field) => !FIELD.test(field));
  if (wrong !== undefined) return `has ${JSON.stringify(wrong)}, which is no field of a schedule`;
  try {
    // From a fixed moment: whether a schedule comes at all does not depend on today.
    return nextRun({ text, timeZone: "Etc/UTC" }, 0) === null ? "never comes" : null;
  } catch (error) {
    return `cannot be read: ${error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error)}`;
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    // An offset such as +02:00 is a zone to Intl and none to Kubernetes.
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

function cronOf({ text, timeZone }: Schedule): Cron {
  return new Cron(text, { paused: true, timezone: timeZone, mode: "5-part" });
}

function secondsOf(run: Date | null | undefined): EpochSeconds | null {
  return run === null || run === undefined ? null : run.getTime() / 1000;
}
