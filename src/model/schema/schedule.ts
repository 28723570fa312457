import { Cron } from "croner";
import { z } from "zod";

const MACROS = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
const NAMES = /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)$/i;

/**
 * What is wrong with a schedule, or null. Five fields or a macro, as a Kubernetes CronJob takes them: croner by itself would also
 * take seconds, L, W, # and ?, and a file that works here would be read otherwise elsewhere.
 */
export function scheduleProblem(schedule: string): string | null {
  const shown = JSON.stringify(schedule);
  if (/TZ=/.test(schedule)) return `${shown}: the time zone stands in timeZone, not in the schedule`;
  if (MACROS.includes(schedule)) return null;
  if (schedule.startsWith("@")) return `${shown} is none of ${MACROS.join(", ")}`;
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== 5) return `${shown} has ${fields.length} fields; a schedule has five: minute, hour, day of month, month, day of week`;
  for (const field of fields) {
    const words = field.match(/[A-Za-z]+/g) ?? [];
    if (!/^[0-9A-Za-z*/,-]+$/.test(field) || !words.every((word) => NAMES.test(word))) return `${shown}: ${JSON.stringify(field)} is no field of a schedule`;
  }
  try {
    // A fixed moment: whether a schedule comes at all does not depend on today.
    const next = new Cron(schedule, { paused: true, timezone: "Etc/UTC", mode: "5-part" }).nextRun(new Date(0));
    return next === null ? `${shown} never comes` : null;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
    return `${shown} is no schedule: ${why.charAt(0).toLowerCase()}${why.slice(1)}`;
  }
}

export function schedule() {
  return z
    .string()
    .min(1)
    .max(100)
    .superRefine((value, context) => {
      const problem = scheduleProblem(value);
      if (problem !== null) context.addIssue({ code: "custom", message: problem, input: value });
    });
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

export function timeZone() {
  return z
    .string()
    .max(64)
    .refine(isTimeZone, { error: (issue) => `${JSON.stringify(issue.input)} is no time zone; write it like Etc/UTC or Europe/Amsterdam` });
}
