import { type Hindrance, hindranceIn, waitIn } from "../../decide/sweep/conditions.ts";
import { decideSweep } from "../../decide/sweep/flow.ts";
import type { Telling } from "../../kube/event-recorder.ts";
import type { ObjectKey } from "../../kube/object.ts";
import { type Worked, soonest } from "../../kube/work-queue.ts";
import type { LogFields } from "../../model/log.ts";
import type { FrozenPods } from "../../model/sweep-object.ts";
import { type FlowSpec, isFinished, type SweepStatus } from "../../model/sweep.ts";
import { fieldsOfSweep, SWEEPS, type SweepObject, type CronSweepObject, PAUSED_ANNOTATION } from "../resources.ts";
import { acceptOrRefuse } from "./acceptance.ts";
import { act } from "./apply.ts";
import type { SweepHands } from "./deps.ts";
import { observeJobs } from "./observe-jobs.ts";
import { type BatchEnd, endsBetween, showStatus, saysOtherwise, writeStatus } from "./status.ts";

/** An unfinished sweep is looked at so often even if nothing seems to happen. */
const LOOK_SECONDS = 300;

/**
 * Brings one Sweep a step on: observe → decide → write the status → make and remove Jobs for the status just returned.
 * Whatever it throws brings the key again after a while.
 */
export async function reconcileSweep(key: ObjectKey, hands: SweepHands): Promise<Worked> {
  const found = await hands.client.get(SWEEPS, key);
  // What is being deleted takes its Jobs with it, by their owner references.
  if (found === null || found.metadata.deletionTimestamp !== undefined) return {};
  const accepted = await acceptOrRefuse(found, hands);
  if ("again" in accepted) return lookAgain([accepted.again]);
  return drive(accepted.sweep, accepted.warnings, hands);
}

async function drive(accepted: SweepObject, warnings: readonly Telling[], hands: SweepHands): Promise<Worked> {
  let sweep = accepted;
  let untold = warnings;
  for (;;) {
    const { jobs, again: unsure, waitsFor } = await observeJobs(sweep, hands);
    const status = sweep.status?.flow ?? null;
    const decision = decideSweep({ flow: flowOf(sweep, hands), status, jobs, now: Math.floor(hands.clock.now() / 1000) });
    if (decision.kind === "write") {
      const ends = endsBetween(status, decision.status, jobs);
      sweep = await write(sweep, decision.status, ends, hands);
      for (const end of ends) logEnd(sweep, end, hands);
      for (const telling of [...untold, ...decision.events]) hands.tell(sweep, telling);
      untold = [];
      continue;
    }
    const acted = await act(sweep, decision, jobs, hands);
    await showHindrance(sweep, { hindrance: acted.hindrance, waitsFor }, hands);
    if (acted.error !== null) throw acted.error;
    const isOver = isFinished(sweep.status!.flow!.phase);
    return lookAgain([decision.again, unsure, acted.again, isOver ? null : LOOK_SECONDS]);
  }
}

function flowOf(sweep: SweepObject, { caches }: SweepHands): FlowSpec {
  const { namespace } = sweep.metadata;
  const named = sweep.spec.cronSweepRef;
  const cronSweep = named === undefined || namespace === undefined ? null : caches.cronSweep({ namespace, name: named.name });
  return flowSpecOf(sweep, cronSweep, sweep.status!.frozen!);
}

/** What hinders is told once there is a flow that is hindered, so that nothing else is written in between. */
async function write(sweep: SweepObject, flow: SweepStatus, ends: readonly BatchEnd[], hands: SweepHands): Promise<SweepObject> {
  const before = sweep.status!;
  return writeStatus(sweep, showStatus({ before, flow, ends, hindrance: hindranceIn(before), waitsFor: waitIn(before), generation: sweep.metadata.generation ?? 0, nowMilliseconds: hands.clock.now() }), hands);
}

/** A status more for what keeps Jobs from being made or their pods from beginning, or kept them, and for a spec that changed without changing the flow. */
async function showHindrance(sweep: SweepObject, { hindrance, waitsFor }: { readonly hindrance: Hindrance | null; readonly waitsFor: string | null }, hands: SweepHands): Promise<void> {
  const before = sweep.status!;
  const after = showStatus({ before, flow: before.flow!, ends: [], hindrance, waitsFor, generation: sweep.metadata.generation ?? 0, nowMilliseconds: hands.clock.now() });
  if (!saysOtherwise(before, after)) return;
  const shown = await writeStatus(sweep, after, hands);
  if (hindrance !== null) hands.tell(shown, { type: "Warning", ...hindrance });
}

function logEnd(sweep: SweepObject, { batch, end }: BatchEnd, { log }: SweepHands): void {
  const { exitCode, outOfMemory, message } = end;
  const told: LogFields = message?.program === "batch" ? { states: message.states, seconds: message.seconds, peakBytes: message.memory.anonPeak, limitBytes: message.memory.limit } : {};
  log.info({ ...fieldsOfSweep(sweep), batch, exitCode, outOfMemory, ...told }, "batch ended");
}

function lookAgain(seconds: readonly (number | null)[]): Worked {
  const due = soonest(seconds);
  return due === null ? {} : { againAfterSeconds: due };
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
