import { type Blocker, blockerIn, waitIn } from "../../decide/sweep/conditions.ts";
import { decideSweep } from "../../decide/sweep/flow.ts";
import type { ObjectKey } from "../../kube/object.ts";
import { type Result, soonest } from "../../kube/work-queue.ts";
import type { ObjectEvent } from "../../model/event.ts";
import type { LogFields } from "../../model/log.ts";
import type { FrozenPods } from "../../model/sweep-object.ts";
import { type FlowSpec, isFinished, type SweepStatus } from "../../model/sweep.ts";
import { fieldsOfSweep, SWEEPS, type SweepObject, type CronSweepObject, PAUSED_ANNOTATION } from "../resources.ts";
import { acceptOrRefuse } from "./acceptance.ts";
import { apply } from "./apply.ts";
import type { SweepDeps } from "./deps.ts";
import { observeJobs } from "./observe-jobs.ts";
import { type BatchEnd, endsBetween, showStatus, saysOtherwise, writeStatus } from "./status.ts";

/** An unfinished sweep is looked at so often even if nothing seems to happen. */
const RESYNC_SECONDS = 300;

/**
 * Brings one Sweep a step on: observe → decide → write the status → make and remove Jobs for the status just returned.
 * Whatever it throws brings the key again after a while.
 */
export async function reconcileSweep(key: ObjectKey, deps: SweepDeps): Promise<Result> {
  const found = await deps.client.get(SWEEPS, key);
  // What is being deleted takes its Jobs with it, by their owner references.
  if (found === null || found.metadata.deletionTimestamp !== undefined) return {};
  const accepted = await acceptOrRefuse(found, deps);
  if ("requeueAfterSeconds" in accepted) return requeue([accepted.requeueAfterSeconds]);
  return drive(accepted.sweep, accepted.warnings, deps);
}

async function drive(accepted: SweepObject, warnings: readonly ObjectEvent[], deps: SweepDeps): Promise<Result> {
  let sweep = accepted;
  let untold = warnings;
  for (;;) {
    const { jobs, requeueAfterSeconds: unsure, waitsFor } = await observeJobs(sweep, deps);
    const status = sweep.status?.flow ?? null;
    const decision = decideSweep({ flow: flowOf(sweep, deps), status, jobs, now: Math.floor(deps.clock.now() / 1000) });
    if (decision.kind === "write") {
      const ends = endsBetween(status, decision.status, jobs);
      sweep = await write(sweep, decision.status, ends, deps);
      for (const end of ends) logEnd(sweep, end, deps);
      for (const telling of [...untold, ...decision.events]) deps.recordEvent(sweep, telling);
      untold = [];
      continue;
    }
    const applied = await apply(sweep, decision, jobs, deps);
    await showHindrance(sweep, { blocker: applied.blocker, waitsFor }, deps);
    if (applied.error !== null) throw applied.error;
    const isOver = isFinished(sweep.status!.flow!.phase);
    return requeue([decision.requeueAfterSeconds, unsure, applied.requeueAfterSeconds, isOver ? null : RESYNC_SECONDS]);
  }
}

function flowOf(sweep: SweepObject, { caches }: SweepDeps): FlowSpec {
  const { namespace } = sweep.metadata;
  const named = sweep.spec.cronSweepRef;
  const cronSweep = named === undefined || namespace === undefined ? null : caches.cronSweep({ namespace, name: named.name });
  return flowSpecOf(sweep, cronSweep, sweep.status!.frozen!);
}

/** What hinders is told once there is a flow that is hindered, so that nothing else is written in between. */
async function write(sweep: SweepObject, flow: SweepStatus, ends: readonly BatchEnd[], deps: SweepDeps): Promise<SweepObject> {
  const before = sweep.status!;
  return writeStatus(sweep, showStatus({ before, flow, ends, blocker: blockerIn(before), waitsFor: waitIn(before), generation: sweep.metadata.generation ?? 0, nowMilliseconds: deps.clock.now() }), deps);
}

/** A status more for what keeps Jobs from being made or their pods from beginning, or kept them, and for a spec that changed without changing the flow. */
async function showHindrance(sweep: SweepObject, { blocker, waitsFor }: { readonly blocker: Blocker | null; readonly waitsFor: string | null }, deps: SweepDeps): Promise<void> {
  const before = sweep.status!;
  const after = showStatus({ before, flow: before.flow!, ends: [], blocker, waitsFor, generation: sweep.metadata.generation ?? 0, nowMilliseconds: deps.clock.now() });
  if (!saysOtherwise(before, after)) return;
  const shown = await writeStatus(sweep, after, deps);
  if (blocker !== null) deps.recordEvent(shown, { type: "Warning", ...blocker });
}

function logEnd(sweep: SweepObject, { batch, end }: BatchEnd, { log }: SweepDeps): void {
  const { exitCode, outOfMemory, message } = end;
  const told: LogFields = message?.program === "batch" ? { states: message.states, seconds: message.seconds, peakBytes: message.memory.anonPeak, limitBytes: message.memory.limit } : {};
  log.info({ ...fieldsOfSweep(sweep), batch, exitCode, outOfMemory, ...told }, "batch ended");
}

function requeue(seconds: readonly (number | null)[]): Result {
  const due = soonest(seconds);
  return due === null ? {} : { requeueAfterSeconds: due };
}

/** What may change while a sweep runs, and what was frozen when it was accepted. `cronSweep` is the one that it names, as far as it is known. */
export function flowSpecOf({ spec, metadata }: SweepObject, cronSweep: CronSweepObject | null, frozen: FrozenPods): FlowSpec {
  return {
    pods: spec.batch?.pods ?? frozen.pods,
    passes: frozen.passes,
    // Not absent only where the API server has filled in the default.
    suspended: (spec.suspend as boolean | undefined) === true || isPaused(metadata) || (cronSweep !== null && isPaused(cronSweep.metadata)),
  };
}

function isPaused({ annotations }: SweepObject["metadata"]): boolean {
  return annotations?.[PAUSED_ANNOTATION] === "true";
}
