import { z } from "zod";
import { API_VERSION, metadata } from "./object.ts";
import { exactlyOne, withRules } from "./rule.ts";
import { moment } from "./scalars.ts";
import { schedule, timeZone } from "./schedule.ts";
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
