import { z } from "zod";

/**
 * The status that the controller writes and `kubectl get` prints. It has types, so that columns can refer to it, but no bounds and no enums,
 * so that the API server accepts the status of a controller that is newer than the installed definitions.
 */

const text = (description: string) => z.string().optional().meta({ description });
const count = (description: string) => z.int().optional().meta({ description });
const time = (description: string) => z.string().optional().meta({ description, format: "date-time" });

const observedGeneration = z.int().optional().meta({ description: "The generation of the spec that this status describes.", format: "int64" });

const conditions = z
  .array(
    z.strictObject({
      type: z.string().meta({ description: "The condition." }),
      status: z.enum(["True", "False", "Unknown"]).meta({ description: "Whether the condition is true." }),
      reason: z.string().meta({ description: "The reason in one word." }),
      message: z.string().meta({ description: "The reason in a sentence." }),
      lastTransitionTime: z.string().meta({ description: "When the status of the condition last changed.", format: "date-time" }),
      observedGeneration: z.int().optional().meta({ description: "The generation of the spec that it describes.", format: "int64" }),
    }),
  )
  .optional()
  .meta({ description: "The conditions of the object.", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"] });

const swept = z.strictObject({
  from: z.string().meta({ description: "The start of the first window." }),
  to: z.string().meta({ description: "The end of the last window." }),
  state: z.string().meta({ description: "Their state: complete, usable or incomplete." }),
  lastAsked: time("When their last sweep started."),
  toldAt: time("When the sweep that gave this state finished."),
  turns: count("The number of sweeps of the window so far; the name of the next one contains the next number."),
});

const missed = z.strictObject({
  from: z.string().meta({ description: "The start of the first window." }),
  to: z.string().meta({ description: "The end of the last window." }),
});

const starting = z.strictObject({
  name: z.string().meta({ description: "The name of the Sweep." }),
  window: z.string().meta({ description: "The start of its window." }),
  since: time("When the controller decided to start it."),
  by: z.string().meta({ description: "What started it: schedule or trigger." }),
});

export const cronSweepStatus = z.strictObject({
  observedGeneration,
  nextRun: time("The next run of the schedule."),
  newestWindow: text("The newest window that is due."),
  newestState: text("The state of that window."),
  state: text("Invalid while the spec is refused; otherwise the state of the newest window."),
  windowsToCatchUp: count("The number of earlier windows within catchUp that are not complete."),
  windowsMissed: count("The number of windows that left catchUp without being asked."),
  missed: z.array(missed).optional().meta({ description: "These windows, oldest first." }),
  reachesBackTo: text("The oldest window that catchUp reaches."),
  starting: z.array(starting).optional().meta({ description: "Sweeps that are being created." }),
  active: z.array(z.string()).optional().meta({ description: "Running Sweeps." }),
  handledTrigger: text("The last trigger annotation that was handled. The same value again does nothing."),
  lastSuccess: time("When a sweep was last complete or usable."),
  dataset: text("The dataset of these windows."),
  every: text("The length of its windows."),
  windows: z.array(swept).optional().meta({ description: "The state of the windows, oldest first. Consecutive complete windows share one entry." }),
  conditions,
});

const cause = z.strictObject({
  code: z.string().meta({ description: "The error code, or the state." }),
  targets: count("The number of targets that have it."),
  example: text("The latest of these targets."),
  detail: text("What happened to it."),
  at: text("When."),
});

const outOfMemory = z.strictObject({
  batch: count("The batch."),
  limit: text("Its memory limit."),
  peak: text("The observed peak of its anonymous memory."),
});

/** Passed through as it is: an older definition must not drop a field that a newer controller writes. */
function whole(description: string) {
  return z.unknown().optional().meta({ description, "x-kubernetes-preserve-unknown-fields": true });
}

export const sweepStatus = z.strictObject({
  observedGeneration,
  phase: text("Pending, Invalid, Preparing, Running, Suspended, Blocked, Complete, Usable, Incomplete or Failed."),
  dataset: text("The dataset."),
  window: text("The window's start."),
  pass: count("The current pass, from 1."),
  targets: count("Targets of the window."),
  settled: count("Targets with a settled answer."),
  failed: count("Targets without a settled answer: suspect, mismatch or failed."),
  settledOfTargets: text("Settled targets out of all targets, or out of the selected ones if the sweep selected some."),
  batches: text("Finished batches out of those in this round."),
  peakMemory: text("The largest peak of a batch, and its limit."),
  rate: text("Targets settled per second in this round."),
  eta: text("The estimated time until this round is done, at this rate."),
  startedAt: time("When the sweep was accepted."),
  roundStartedAt: time("When the batches of this round started."),
  finishedAt: time("When the sweep finished."),
  verdict: text("The state of the window: complete, usable or incomplete."),
  image: text("The image of all its pods."),
  selected: count("Targets that the sweep selected, if those are not all targets of the window."),
  causes: z.array(cause).optional().meta({ description: "Why targets are not settled: up to five error codes, most targets first, each with an example." }),
  waiting: text("What the sweep waits for; absent while it works."),
  lastOutOfMemory: outOfMemory.optional().meta({ description: "The last batch that ran out of memory." }),
  conditions,
  frozen: whole("The settings of its pods, frozen when the sweep was accepted."),
  flow: whole("The state of the sweep, from which the other fields are derived. Internal to the controller: its format may change."),
});
