import { z } from "zod";
import { STATES } from "../states.ts";
import { shownValue } from "../visible.ts";
import { API_VERSION, metadata } from "./object.ts";
import { withRules, type Rule } from "./rule.ts";
import { label, moment } from "./scalars.ts";
import { standsAlone, templateShape, windowRules, windowShape } from "./template.ts";

const window = withRules(
  z.strictObject({
    start: moment().meta({ description: "The start of the window, in UTC.", examples: ["2026-11-20", "2026-11-20T06:00:00Z"] }),
    ...windowShape,
  }),
  windowRules,
);

const select = z
  .union([z.enum(["incomplete", "all"]), z.array(z.enum(STATES)).min(1).max(STATES.length)], {
    error: (issue) => `${shownValue(issue.input)} is not a selection: use incomplete, all, or a list of ${STATES.join(", ")}`,
  })
  // A structural schema has no type for "a string or a list", so the API server lets any value pass and the controller checks it.
  .meta({ "x-kubernetes-preserve-unknown-fields": true });

/** A Sweep of a CronSweep gets the field from there. */
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
      .meta({ description: "The CronSweep that gives the dataset and the template. Fields set here override the template." }),
    window: window.meta({ description: "The window to sweep." }),
    select: select.default("incomplete").meta({
      description: "The targets to ask: `incomplete` (those without a settled answer), `all`, or a list of states. `targets.list` narrows the selection.",
      examples: ["incomplete", ["suspect", "failed"]],
    }),
    replace: z.boolean().default(false).meta({ description: "With `select: all`: a new settled answer replaces the stored one even if it has fewer matches." }),
    suspend: z.boolean().default(false).meta({ description: "Stops the sweep. Committed results stay; the sweep continues when this is false again." }),
    ...templateShape,
  }),
  [
    ...standsAlone.map(unlessOfCronSweep),
    {
      holds: (value) => {
        const targets = value["targets"] as Record<string, unknown> | undefined;
        return value["cronSweepRef"] === undefined || targets === undefined || targets["list"] !== undefined;
      },
      message: "a Sweep of a CronSweep takes its targets from there; only list is allowed, to narrow them",
      field: "targets",
      cel: "!has(self.cronSweepRef) || !has(self.targets) || has(self.targets.list)",
    },
  ],
);

/** One window: a rerun, a backfill, another memory limit. */
export const sweep = z.strictObject({
  apiVersion: z.literal(API_VERSION).meta({ description: "The version of these fields." }),
  kind: z.literal("Sweep").meta({ description: "The work of bringing one window of a dataset to completion." }),
  metadata: metadata(52, "At most 52 characters, since the names of its Jobs are derived from it.").meta({ description: "The name of the object." }),
  spec: sweepSpec.meta({ description: "The sweep. Only suspend, host, prepare and batch.pods can be changed." }),
  status: z.unknown().optional().meta({ description: "Written by the controller; ignored in a file." }),
});

export type Sweep = z.infer<typeof sweep>;
