import { z } from "zod";

/**
 * What the controller writes and `kubectl get` prints. Typed so that columns can name it; without bounds and lists of words,
 * so that a controller that is newer than the installed definitions is not refused.
 */

const text = (description: string) => z.string().optional().meta({ description });
const count = (description: string) => z.int().optional().meta({ description });
const time = (description: string) => z.string().optional().meta({ description, format: "date-time" });

const observedGeneration = z.int().optional().meta({ description: "The generation of the spec that this status is about.", format: "int64" });

const conditions = z
  .array(
    z.strictObject({
      type: z.string().meta({ description: "Which condition." }),
      status: z.enum(["True", "False", "Unknown"]).meta({ description: "Whether it holds." }),
      reason: z.string().meta({ description: "Why, in one word." }),
      message: z.string().meta({ description: "Why, in a sentence." }),
      lastTransitionTime: z.string().meta({ description: "Since when.", format: "date-time" }),
      observedGeneration: z.int().optional().meta({ description: "The generation of the spec that it is about.", format: "int64" }),
    }),
  )
  .optional()
  .meta({ description: "What holds of it, and why.", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"] });

const swept = z.strictObject({
  from: z.string().meta({ description: "The start of the first window." }),
  to: z.string().meta({ description: "The end of the last one." }),
  state: z.string().meta({ description: "What they came to." }),
  lastAsked: time("When their last sweep began."),
  toldAt: time("When the sweep ended that said so."),
  turns: count("The turn of their last sweep: the next one's name has another."),
});

const starting = z.strictObject({
  name: z.string().meta({ description: "The Sweep's name." }),
  window: z.string().meta({ description: "The start of its window." }),
  since: time("When it was decided."),
  by: z.string().meta({ description: "What asked for it: schedule or trigger." }),
});

export const cronSweepStatus = z.strictObject({
  observedGeneration,
  nextRun: time("When the schedule comes next."),
  newestWindow: text("The newest window that is due."),
  newestState: text("What became of it."),
  windowsToCatchUp: count("Earlier windows within catchUp that are not complete."),
  starting: z.array(starting).optional().meta({ description: "Sweeps that are being made." }),
  active: z.array(z.string()).optional().meta({ description: "Sweeps that run." }),
  handledTrigger: text("The last trigger annotation that was handled: one that comes back does nothing."),
  lastSuccess: time("When a sweep last ended complete or usable."),
  dataset: text("The dataset whose windows these are."),
  every: text("How long its windows are."),
  windows: z.array(swept).optional().meta({ description: "What became of the windows, the oldest first; neighbours that are complete stand together." }),
  conditions,
});

const failing = z.strictObject({
  target: z.string().meta({ description: "The target." }),
  code: z.string().meta({ description: "Why it has no answer." }),
});

const outOfMemory = z.strictObject({
  batch: count("The batch."),
  limit: text("Its memory limit."),
  peak: text("The peak of its own memory that was seen."),
});

/** Handed on as it is. The definition that is installed must never drop a field that a newer controller writes. */
function whole(description: string) {
  return z.unknown().optional().meta({ description, "x-kubernetes-preserve-unknown-fields": true });
}

export const sweepStatus = z.strictObject({
  observedGeneration,
  phase: text("Pending, Preparing, Running, Suspended, Blocked, Complete, Usable, Incomplete or Failed."),
  dataset: text("The dataset."),
  window: text("The window's start."),
  pass: count("The pass that runs, from 1."),
  targets: count("Targets of the window."),
  settled: count("Targets with a settled answer."),
  failed: count("Targets that failed."),
  settledOfTargets: text("Settled targets of all."),
  batches: text("Batches done of those of this round."),
  peakMemory: text("The largest peak of a batch, of its limit."),
  rate: text("Targets settled a second in this round."),
  eta: text("How long the rest of this round will take at this rate."),
  startedAt: time("When it was accepted."),
  roundStartedAt: time("When the batches of this round began."),
  finishedAt: time("When it ended."),
  verdict: text("What the window came to: complete, usable or incomplete."),
  image: text("The image of its pods, from the first to the last."),
  failing: z.array(failing).optional().meta({ description: "Up to five targets that failed lately, with their codes." }),
  lastOutOfMemory: outOfMemory.optional().meta({ description: "The last batch that ran out of memory." }),
  conditions,
  frozen: whole("What its pods are made from, as it was when it was accepted."),
  flow: whole("The truth about the flow, from which the rest is derived. The controller's own: its form may change."),
});
