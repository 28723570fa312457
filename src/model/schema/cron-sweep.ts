import { z } from "zod";
import { readCronFields, SCHEDULE_PATTERN } from "../cron-fields.ts";
import { shownValue } from "../visible.ts";
import { API_VERSION, metadata } from "./object.ts";
import { exactlyOne, withRules } from "./rule.ts";
import { moment } from "./scalars.ts";
import { sweepTemplateSpec } from "./template.ts";

const catchUp = withRules(
  z.strictObject({
    windows: z.int().min(0).max(10_000).optional().meta({ description: "How many of the newest windows to check." }),
    since: moment().optional().meta({ description: "Check every window from this moment on.", examples: ["2026-10-01"] }),
  }),
  [exactlyOne(["windows", "since"])],
);

const cronSweepSpec = z.strictObject({
  schedule: schedule().meta({ description: "When to start a sweep of the newest window: five cron fields as a CronJob takes them, or a macro such as @daily.", examples: ["0 5 * * *"] }),
  timeZone: timeZone().default("Etc/UTC").meta({ description: "The time zone of the schedule. Windows are always in UTC.", examples: ["Etc/UTC"] }),
  suspend: z.boolean().default(false).meta({ description: "The schedule starts no new sweeps. A running sweep continues." }),
  concurrencyPolicy: z
    .enum(["Forbid", "Allow"])
    .default("Forbid")
    .meta({ description: "Whether a sweep waits until the previous one has finished (Forbid) or runs at the same time (Allow). There is no Replace, since it would throw answers away." }),
  successfulSweepsHistoryLimit: z.int().min(0).max(100).default(3).meta({ description: "How many successful Sweep objects to keep. Deleting an object does not delete its data." }),
  failedSweepsHistoryLimit: z.int().min(0).max(100).default(1).meta({ description: "How many failed Sweep objects to keep." }),
  catchUp: catchUp
    .default({ windows: 7 })
    .meta({ description: "Also sweep earlier windows that are not complete, newest first, one at a time. Exactly one of windows and since." }),
  sweepTemplate: z
    .strictObject({ spec: sweepTemplateSpec.meta({ description: "The spec of each sweep." }) })
    .meta({ description: "The template of the sweeps." }),
});

/** A Sweep is named after its CronSweep and window, a Job after its Sweep: the limit of 34 keeps all of them within 63 characters. */
export const cronSweep = z.strictObject({
  apiVersion: z.literal(API_VERSION).meta({ description: "The version of these fields." }),
  kind: z.literal("CronSweep").meta({ description: "A dataset that is kept complete, window by window." }),
  metadata: metadata(34, "At most 34 characters, since the names of its Sweeps and Jobs are derived from it.").meta({ description: "The name of the object." }),
  spec: cronSweepSpec.meta({ description: "The dataset, and how it is kept complete." }),
  status: z.unknown().optional().meta({ description: "Written by the controller; ignored in a file." }),
});

export type CronSweep = z.infer<typeof cronSweep>;

function schedule() {
  return z
    .string()
    .min(1)
    .max(100)
    .superRefine((value, context) => {
      const read = readCronFields(value);
      if ("problem" in read) context.addIssue({ code: "custom", message: read.problem, input: value });
    })
    .meta({ "x-kubernetes-validations": [{ rule: `self.matches(r'${SCHEDULE_PATTERN}')`, message: "must be five cron fields, each within its bounds, such as 0 5 * * *, or a macro such as @daily" }] });
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    // Intl takes an offset such as +02:00 as a time zone, Kubernetes does not.
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

function timeZone() {
  return z
    .string()
    .max(64)
    .refine(isTimeZone, { error: (issue) => `${shownValue(issue.input)} is not a time zone; write it like Etc/UTC or Europe/Amsterdam` })
    // CEL fails on a name that its server does not know, which refuses the object. Its names are those that a CronJob may have.
    .meta({ "x-kubernetes-validations": [{ rule: "self != '' && self != 'Local' && timestamp('2026-01-01T12:00:00Z').getFullYear(self) > 0", message: "must be a time zone such as Etc/UTC or Europe/Amsterdam" }] });
}
