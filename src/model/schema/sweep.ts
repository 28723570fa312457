import { z } from "zod";
import { API_VERSION, metadata } from "./object.ts";
import { withRules, type Rule } from "./rule.ts";
import { label, moment } from "./scalars.ts";
import { standsAlone, templateShape, windowRules, windowShape } from "./template.ts";

const STATES = ["ok", "empty", "rejected", "suspect", "mismatch", "failed", "missing"] as const;

const window = withRules(
  z.strictObject({
    start: moment().meta({ description: "The window's start, in UTC.", examples: ["2026-11-20", "2026-11-20T06:00:00Z"] }),
    ...windowShape,
  }),
  windowRules,
);

const select = z
  .union([z.enum(["incomplete", "all"]), z.array(z.enum(STATES)).min(1).max(STATES.length)], {
    error: (issue) => `${JSON.stringify(issue.input)} is no selection: incomplete, all, or a list of ${STATES.join(", ")}`,
  })
  // A text or a list: a structural schema has no such type, so whoever reads the object checks it.
  .meta({ "x-kubernetes-preserve-unknown-fields": true });

/** With a CronSweep the rest is taken from there. */
function unlessOfCronSweep(rule: Rule): Rule {
  return {
    ...rule,
    holds: (value) => value["cronSweepRef"] !== undefined || rule.holds(value),
    ...(rule.cel === undefined ? {} : { cel: `has(self.cronSweepRef) || ${rule.cel}` }),
  };
}

const sweepSpec = withRules(
  z.strictObject({
    cronSweepRef: z
      .strictObject({ name: label(34).meta({ description: "The CronSweep, in the same namespace." }) })
      .optional()
      .meta({ description: "The CronSweep whose dataset and template are taken. What is set here comes before it." }),
    window: window.meta({ description: "The window that is swept." }),
    select: select.default("incomplete").meta({
      description: "Which targets are asked: `incomplete` (those without a settled answer), `all`, or a list of states. `targets.list` narrows it.",
      examples: ["incomplete", ["suspect", "failed"]],
    }),
    replace: z.boolean().default(false).meta({ description: "With select: all, lets a settled answer replace a settled one even if it holds fewer matches." }),
    suspend: z.boolean().default(false).meta({ description: "Stops the sweep; what is committed stays, and the rest is done when this is false again." }),
    ...templateShape,
  }),
  [
    ...standsAlone.map(unlessOfCronSweep),
    {
      holds: (value) => {
        const targets = value["targets"] as Record<string, unknown> | undefined;
        return value["cronSweepRef"] === undefined || targets === undefined || targets["list"] !== undefined;
      },
      message: "the targets of a CronSweep's Sweep are the CronSweep's; only list may be given, which narrows them",
      field: "targets",
      cel: "!has(self.cronSweepRef) || !has(self.targets) || has(self.targets.list)",
    },
  ],
);

/** One window, by hand: a rerun, a backfill, another memory. */
export const sweep = z.strictObject({
  apiVersion: z.literal(API_VERSION).meta({ description: "The version of these fields." }),
  kind: z.literal("Sweep").meta({ description: "The work of bringing one window of a dataset to completion." }),
  metadata: metadata(52, "At most 52 characters: Jobs are named after it.").meta({ description: "Who it is." }),
  spec: sweepSpec.meta({ description: "What is wanted. It does not change while the sweep runs, but for suspend, host and batch.pods." }),
  status: z.unknown().optional().meta({ description: "Written by the controller; ignored in a file." }),
});

export type Sweep = z.infer<typeof sweep>;
