import { Cron } from "croner";
import { z } from "zod";
import { API_VERSION, metadata } from "./object.ts";
import { exactlyOne, withRules } from "./rule.ts";
import { moment } from "./scalars.ts";
import { sweepTemplateSpec } from "./template.ts";

const catchUp = withRules(
  z.strictObject({
    windows: z.int().min(0).max(10_000).optional().meta({ description: "How many of the newest windows are looked at." }),
    since: moment().optional().meta({ description: "Every window from this moment on is looked at.", examples: ["2026-10-01"] }),
  }),
  [exactlyOne(["windows", "since"])],
);

const cronSweepSpec = z.strictObject({
  schedule: schedule().meta({ description: "When to ask, in five fields or as a macro such as @daily. What is asked follows from the window.", examples: ["0 5 * * *"] }),
  timeZone: timeZone().default("Etc/UTC").meta({ description: "The time zone of the schedule. Windows are in UTC all the same.", examples: ["Etc/UTC"] }),
  suspend: z.boolean().default(false).meta({ description: "No new sweeps are begun; one that runs goes on." }),
  concurrencyPolicy: z
    .enum(["Forbid", "Allow"])
    .default("Forbid")
    .meta({ description: "Whether a sweep waits for the one before it (Forbid), or runs beside it (Allow). There is no Replace: it would throw answers away." }),
  successfulSweepsHistoryLimit: z.int().min(0).max(100).default(3).meta({ description: "How many finished Sweeps are kept as objects. Their data is not touched." }),
  failedSweepsHistoryLimit: z.int().min(0).max(100).default(1).meta({ description: "How many failed Sweeps are kept as objects." }),
  catchUp: catchUp
    .default({ windows: 7 })
    .meta({ description: "Earlier windows that are not complete are swept too, the newest first, one at a time. Exactly one of windows and since." }),
  sweepTemplate: z
    .strictObject({ spec: sweepTemplateSpec.meta({ description: "The sweep." }) })
    .meta({ description: "What each sweep does." }),
});

/** Sweeps are named after it and the window, Jobs after the Sweep: 63 characters must be enough for all. */
export const cronSweep = z.strictObject({
  apiVersion: z.literal(API_VERSION).meta({ description: "The version of these fields." }),
  kind: z.literal("CronSweep").meta({ description: "A dataset that is kept complete, window by window." }),
  metadata: metadata(34, "At most 34 characters: Sweeps and Jobs are named after it.").meta({ description: "Who it is." }),
  spec: cronSweepSpec.meta({ description: "What is wanted." }),
  status: z.unknown().optional().meta({ description: "Written by the controller; ignored in a file." }),
});

export type CronSweep = z.infer<typeof cronSweep>;

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
