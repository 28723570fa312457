import { counted } from "./figures.ts";
import { shownName } from "./visible.ts";

/** The times of a schedule's five fields, each ascending. */
export interface CronFields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly months: readonly number[];
  /** 0 is Sunday. */
  readonly daysOfWeek: readonly number[];
  /** Both kinds of day must match, because one of them is written as every day; otherwise one of them is enough. */
  readonly bothDays: boolean;
}

interface Bounds {
  readonly field: string;
  readonly min: number;
  readonly max: number;
  /** Each stands for its place, counted from `min`. */
  readonly names: readonly string[];
  /** The numbers within these bounds, for SCHEDULE_PATTERN. */
  readonly pattern: string;
}

const BOUNDS: readonly [Bounds, Bounds, Bounds, Bounds, Bounds] = [
  { field: "minute", min: 0, max: 59, names: [], pattern: "[0-5]?[0-9]" },
  { field: "hour", min: 0, max: 23, names: [], pattern: "1?[0-9]|2[0-3]" },
  { field: "day of month", min: 1, max: 31, names: [], pattern: "[1-9]|[12][0-9]|3[01]" },
  { field: "month", min: 1, max: 12, names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], pattern: "[1-9]|1[0-2]" },
  { field: "day of week", min: 0, max: 6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"], pattern: "[0-6]" },
];

const MACROS: ReadonlyMap<string, string> = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);

/**
 * Reads a schedule as a Kubernetes CronJob does (the standard parser of robfig/cron v3), or says what is wrong with it. Two things that a
 * CronJob takes are refused, since they would not do what they seem to: @every, which counts from the last run, and what follows a star (*-5).
 */
export function readCronFields(schedule: string): CronFields | { readonly problem: string } {
  const shown = shownName(schedule);
  if (/TZ=/.test(schedule)) return { problem: `${shown}: the time zone belongs in timeZone, not in the schedule` };
  if (schedule.startsWith("@") && !MACROS.has(schedule)) return { problem: `${shown} is none of ${[...MACROS.keys()].join(", ")}` };
  const texts = (MACROS.get(schedule) ?? schedule).split(/\s+/).filter((text) => text !== "");
  if (texts.length !== BOUNDS.length) return { problem: `${shown} has ${counted(texts.length, "field", "fields")}; a schedule needs five: minute, hour, day of month, month, day of week` };
  const read: Field[] = [];
  for (const [index, bounds] of BOUNDS.entries()) {
    const field = readField(texts[index]!, bounds);
    if ("problem" in field) return { problem: `${shown} is not a schedule: ${bounds.field} ${field.problem}` };
    read.push(field);
  }
  const [minute, hour, dayOfMonth, month, dayOfWeek] = read as [Field, Field, Field, Field, Field];
  const fields = {
    minutes: minute.values,
    hours: hour.values,
    daysOfMonth: dayOfMonth.values,
    months: month.values,
    daysOfWeek: dayOfWeek.values,
    bothDays: dayOfMonth.isEvery || dayOfWeek.isEvery,
  };
  return everRuns(fields) ? fields : { problem: `${shown} never runs` };
}

/** The 31st of February has no runs. */
function everRuns({ daysOfMonth, months, bothDays }: CronFields): boolean {
  const latest = (month: number): number => (month === 2 ? 29 : [4, 6, 9, 11].includes(month) ? 30 : 31);
  return !bothDays || months.some((month) => daysOfMonth[0]! <= latest(month));
}

interface Field {
  readonly values: readonly number[];
  /** Written as * or ?. */
  readonly isEvery: boolean;
}

function readField(text: string, bounds: Bounds): Field | { readonly problem: string } {
  const values = new Set<number>();
  let isEvery = false;
  const ranges = text.split(",").filter((range) => range !== "");
  if (ranges.length === 0) return { problem: `${shownName(text)} names none` };
  for (const range of ranges) {
    const read = readRange(range, bounds);
    if (typeof read === "string") return { problem: read };
    isEvery ||= read.isEvery;
    for (let value = read.from; value <= read.to; value += read.step) values.add(value);
  }
  return { values: [...values].sort((one, other) => one - other), isEvery };
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly isEvery: boolean;
}

/** `*`, `?`, `5` or `5-20`, each with a step or without: 5/15 is 5-59/15. A sentence if it is none of these. */
function readRange(text: string, bounds: Bounds): Range | string {
  const [, start = "", end, written] = /^([^-/]*)(?:-([^-/]*))?(?:\/([^-/]*))?$/.exec(text) ?? [];
  const isEvery = (start === "*" || start === "?") && end === undefined;
  const from = isEvery ? bounds.min : readValue(start, bounds);
  const step = written === undefined ? 1 : readNumber(written);
  if (from === null || step === null) return `${shownName(text)} is neither a number nor a range`;
  const to = isEvery || (end === undefined && written !== undefined) ? bounds.max : end === undefined ? from : readValue(end, bounds);
  if (to === null) return `${shownName(text)} is neither a number nor a range`;
  const outside = [from, to].find((value) => value < bounds.min || value > bounds.max);
  if (outside !== undefined) return `${outside} is not within ${bounds.min} and ${bounds.max}${bounds.field === "day of week" ? ", from Sunday to Saturday" : ""}`;
  if (from > to) return `${shownName(text)} begins after its end`;
  if (step === 0) return `${shownName(text)} has a step of 0`;
  return { from, to, step, isEvery: isEvery && step === 1 };
}

function readValue(text: string, { names, min }: Bounds): number | null {
  const place = names.indexOf(text.toLowerCase());
  return place >= 0 ? place + min : readNumber(text);
}

function readNumber(text: string): number | null {
  return /^\+?[0-9]{1,9}$/.test(text) ? Number(text) : null;
}

/**
 * Every schedule that readCronFields() accepts, and few others: for the API server, which cannot call it. Names and steps are not compared, and
 * whether the schedule ever runs is not looked at. RE2 has to read it too.
 */
export const SCHEDULE_PATTERN = `^\\s*(${[...MACROS.keys()].join("|")}|${BOUNDS.map(fieldPattern).join("\\s+")})\\s*$`;

function fieldPattern({ pattern, names }: Bounds): string {
  const value = `(?i:${[`\\+?0*(?:${pattern})`, ...names].join("|")})`;
  const range = `(?:[*?]|${value}(?:-${value})?)(?:/\\+?[0-9]+)?`;
  return `,*${range}(?:,+${range})*,*`;
}
