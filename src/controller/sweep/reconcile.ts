import { type Blocker, blockerIn, waitIn } from "../../decide/sweep/conditions.ts";
import { decideSweep } from "../../decide/sweep/flow.ts";
import { SWEEP_REASON } from "../../decide/reasons.ts";
import type { ObjectKey } from "../../kube/object.ts";
import { isRequestError } from "../../kube/requests.ts";
import { type Result, soonest } from "../../kube/work-queue.ts";
import { failedCondition, withCondition } from "../../model/condition.ts";
import type { ObjectEvent } from "../../model/event.ts";
import type { LogFields } from "../../model/log.ts";
import { isoOf } from "../../model/moment.ts";
import type { FrozenPods } from "../../model/sweep-object.ts";
import { type FlowSpec, isFinished, type SweepStatus } from "../../model/sweep.ts";
import { fieldsOfSweep, type SweepObject, type CronSweepObject, PAUSED_ANNOTATION } from "../resources.ts";
import { acceptOrRefuse } from "./acceptance.ts";
import { apply } from "./apply.ts";
import type { SweepDeps } from "./deps.ts";
import { observeJobs } from "./observe-jobs.ts";
import { type FinishedBatch, finishedBatches, flowIn, nextStatus, statusDiffers, writeStatus } from "./status.ts";

/** An unfinished sweep is reconciled at least this often, in case the watch missed something. */
const RESYNC_SECONDS = 300;

/**
 * Brings one Sweep one step further: observe, decide, write the status, then create and delete Jobs for the status that the server
 * returned. If it throws, the queue calls it again later.
 */
export async function reconcileSweep(key: ObjectKey, deps: SweepDeps): Promise<Result> {
  const found = await deps.latest.get(key, deps.client);
  // Owner references take the Jobs along with a Sweep that is being deleted.
  if (found === null || found.metadata.deletionTimestamp !== undefined) return {};
  try {
    const accepted = await acceptOrRefuse(found, deps);
    if ("requeueAfterSeconds" in accepted) return requeue([accepted.requeueAfterSeconds]);
    return await advance(accepted.sweep, accepted.warnings, deps);
  } catch (error) {
    deps.latest.distrust(found);
    if (!isRequestError(error)) await showFailure(found, error, deps);
    throw error;
  }
}

async function showFailure(found: SweepObject, error: unknown, deps: SweepDeps): Promise<void> {
  const sweep = await deps.latest.get(found.metadata, deps.client);
  if (sweep === null) return;
  const { status = {}, metadata } = sweep;
  const conditions = withCondition(failedCondition(SWEEP_REASON.reconcileFailed, error), status.conditions ?? [], metadata.generation ?? 0, isoOf(deps.clock.now() / 1000));
  const after = { ...status, conditions };
  if (statusDiffers(status, after)) await writeStatus(sweep, after, deps);
}

async function advance(accepted: SweepObject, warnings: readonly ObjectEvent[], deps: SweepDeps): Promise<Result> {
  let sweep = accepted;
  let isConfirmed = false;
  let unrecorded = warnings;
  for (;;) {
    const { jobs, requeueAfterSeconds: jobsAfterSeconds, waitsFor } = await observeJobs(sweep, deps);
    const status = flowIn(sweep.status ?? {});
    const decision = decideSweep({ flow: flowOf(sweep, deps), status, jobs, now: Math.floor(deps.clock.now() / 1000) });
    if (decision.kind === "write") {
      const finished = finishedBatches(status, decision.status, jobs);
      sweep = await writeFlow(sweep, decision.status, finished, deps);
      for (const batch of finished) logFinished(sweep, batch, deps);
      for (const event of [...unrecorded, ...decision.events]) deps.recordEvent(sweep, event);
      unrecorded = [];
      isConfirmed = true;
      continue;
    }
    if (decision.launch.length > 0 && !isConfirmed) {
      // A Job has vanished, or a wait is over. If the Sweep was deleted, its Jobs may go from the cache before it does.
      const read = await deps.latest.read(sweep.metadata, deps.client);
      if (read?.metadata.uid !== sweep.metadata.uid || read.metadata.deletionTimestamp !== undefined) return {};
      sweep = read;
      isConfirmed = true;
      continue;
    }
    const applied = await apply(sweep, decision, jobs, deps);
    await writeBlocker(sweep, { blocker: applied.blocker, waitsFor }, deps);
    if (applied.error !== null) throw applied.error;
    const isOver = isFinished(sweep.status!.flow!.phase);
    return requeue([decision.requeueAfterSeconds, jobsAfterSeconds, applied.requeueAfterSeconds, isOver ? null : RESYNC_SECONDS]);
  }
}

function flowOf(sweep: SweepObject, { caches }: SweepDeps): FlowSpec {
  const { namespace } = sweep.metadata;
  const named = sweep.spec.cronSweepRef;
  const cronSweep = named === undefined || namespace === undefined ? null : caches.cronSweep({ namespace, name: named.name });
  return flowSpecOf(sweep, cronSweep, sweep.status!.frozen!);
}

/** Keeps the blocker and the waiting of the status before: both are known anew only after the Jobs were applied, and written then. */
async function writeFlow(sweep: SweepObject, flow: SweepStatus, finished: readonly FinishedBatch[], deps: SweepDeps): Promise<SweepObject> {
  const before = sweep.status!;
  return writeStatus(sweep, nextStatus({ before, flow, finished, blocker: blockerIn(before), waitsFor: waitIn(before), generation: sweep.metadata.generation ?? 0, nowMilliseconds: deps.clock.now() }), deps);
}

/** One more write where a Job or a pod is blocked now, or is not any more, and where the spec changed without changing the flow. */
async function writeBlocker(sweep: SweepObject, { blocker, waitsFor }: { readonly blocker: Blocker | null; readonly waitsFor: string | null }, deps: SweepDeps): Promise<void> {
  const before = sweep.status!;
  const after = nextStatus({ before, flow: flowIn(before)!, finished: [], blocker, waitsFor, generation: sweep.metadata.generation ?? 0, nowMilliseconds: deps.clock.now() });
  if (!statusDiffers(before, after)) return;
  const written = await writeStatus(sweep, after, deps);
  if (blocker !== null) deps.recordEvent(written, { type: "Warning", ...blocker });
}

function logFinished(sweep: SweepObject, { batch, end }: FinishedBatch, { log }: SweepDeps): void {
  const { exitCode, outOfMemory, message } = end;
  const measured: LogFields = message?.program === "batch" ? { states: message.states, seconds: message.seconds, peakBytes: message.memory.anonPeak, limitBytes: message.memory.limit } : {};
  log.info({ ...fieldsOfSweep(sweep), batch, exitCode, outOfMemory, ...measured }, "batch ended");
}

function requeue(seconds: readonly (number | null)[]): Result {
  const due = soonest(seconds);
  return due === null ? {} : { requeueAfterSeconds: due };
}

/** What may change while a sweep runs, and what was frozen when it was accepted. @param cronSweep the one that it names, if the cache has it */
export function flowSpecOf({ spec, metadata }: SweepObject, cronSweep: CronSweepObject | null, frozen: FrozenPods): FlowSpec {
  return {
    pods: spec.batch?.pods ?? frozen.pods,
    passes: frozen.passes,
    // Absent where no API server has filled in the default.
    suspended: (spec.suspend as boolean | undefined) === true || isPaused(metadata) || (cronSweep !== null && isPaused(cronSweep.metadata)),
  };
}

function isPaused({ annotations }: SweepObject["metadata"]): boolean {
  return annotations?.[PAUSED_ANNOTATION] === "true";
}
