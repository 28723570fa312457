import type { BatchRange } from "../../model/message.ts";
import { type JobEnd, type JobWork, type ObservedJob, type SweepPhase, type SweepStatus, isFinished, type FlowSpec, type RunningBatch } from "../../model/sweep.ts";
import type { EpochSeconds } from "../../model/window.ts";
import { REASON } from "../reasons.ts";
import { afterBatch } from "./after-batch.ts";
import { afterPrepare } from "./after-prepare.ts";
import type { Launch, Step, SweepDecision, SweepView } from "./decision.ts";
import { nextPass, WAIT_LONGEST_SECONDS } from "./ending.ts";

/**
 * What a sweep does next.
 *
 * Prepare packs a pass into batches, which are launched in order, `pods` at once. When all have ended, prepare packs the targets that are
 * still unsettled as the next pass, until it gives the verdict.
 *
 * Order of writes: if the status must change, only the new status is returned, and the next decision starts from what was written. Jobs are
 * created and deleted only for a status that needs no change.
 *
 *     Preparing ──▶ Running ──▶ Preparing ──▶ … ──▶ Complete | Usable | Incomplete
 *         ▲            │ surroundings, crashes in a row
 *         └─ Blocked ◀─┘                                  Suspended: launches nothing, continues from where it is
 *
 * A driver that stops its processes because it is stopped itself does not report their ends: they stay in `running`, the next driver starts
 * them again, and they only ask what is left.
 */
export function decideSweep(view: SweepView): SweepDecision {
  const before = view.status ?? firstStatus(view.now);
  const { status, events } = isFinished(before.phase) ? { status: before, events: [] } : advance(before, view);
  if (status !== view.status) return { kind: "write", status, events };
  return { kind: "apply", launch: toLaunch(status, view), delete: toDelete(status, view.jobs), requeueAfterSeconds: secondsUntilDue(status, view) };
}

/** The status of a new sweep. */
export function firstStatus(now: EpochSeconds): SweepStatus {
  return {
    phase: "Preparing",
    pass: 0,
    round: 0,
    preparing: { pass: 1, round: 1, attempt: 1, notBefore: now },
    ranges: [],
    next: 0,
    running: [],
    outOfMemory: [],
    crashes: 0,
    settled: 0,
    fruitless: 0,
    sums: { batches: 0, requests: 0, retries: 0, wireBytes: 0, textBytes: 0, rows: 0, outOfMemory: 0, crashes: 0, anonPeak: 0 },
  };
}

/** Every change that is due, in one status. The same object if none is. */
function advance(before: SweepStatus, view: SweepView): Step {
  let step = endOfPrepare({ status: before, events: [] }, view);
  step = endsOfBatches(step, view);
  if (isFinished(step.status.phase)) return step;
  step = { ...step, status: forgetVanished(step.status, view.jobs) };
  step = { ...step, status: launchNext(step.status, view.flow, view.now) };
  step = endOfPass(step, view);
  return showPhase(step, view);
}

function endOfPrepare(step: Step, { jobs, now }: SweepView): Step {
  const { preparing } = step.status;
  if (preparing === undefined) return step;
  const end = endOf(jobs, { program: "prepare", pass: preparing.pass, round: preparing.round, attempt: preparing.attempt });
  return end === undefined ? step : afterPrepare(step.status, preparing, end, now);
}

function endsOfBatches(step: Step, { flow, jobs, now }: SweepView): Step {
  for (const batch of step.status.running) {
    if (isFinished(step.status.phase)) return step;
    const end = endOf(jobs, { program: "batch", batch: batch.batch });
    if (end === undefined) continue;
    const after = afterBatch(step.status, batch, end, flow, now);
    step = { status: after.status, events: [...step.events, ...after.events] };
  }
  return step;
}

/** A prepare is due while batches run only if the sweep is Blocked. Then a batch without a Job is not started again, since its targets are packed anew. */
function forgetVanished(status: SweepStatus, jobs: readonly ObservedJob[]): SweepStatus {
  if (status.preparing === undefined) return status;
  const running = status.running.filter(({ batch }) => jobs.some((job) => isSame(job.work, { program: "batch", batch })));
  return running.length === status.running.length ? status : { ...status, running };
}

/** All batches have ended: the next prepare is due, at once if there was progress, else after a wait. */
function endOfPass(step: Step, { flow, now }: SweepView): Step {
  const { status } = step;
  if (status.preparing !== undefined || status.running.length > 0 || hasNext(status)) return step;
  const next = nextPass(status, flow, now);
  const message = `Pass ${status.pass} has finished.${next.wait > 0 ? ` It settled nothing: the next pass starts in ${next.wait} seconds.` : ""}`;
  return { status: next.status, events: [...step.events, { type: "Normal", reason: REASON.passEnded, message }] };
}

function showPhase(step: Step, { flow, status: before }: SweepView): Step {
  const phase = phaseOf(step.status, flow.suspended);
  const wasSuspended = before?.phase === "Suspended";
  const status = phase === step.status.phase ? step.status : { ...step.status, phase };
  if (flow.suspended === wasSuspended) return { ...step, status };
  const reason = flow.suspended ? REASON.suspended : REASON.resumed;
  const message = flow.suspended ? "Running batches finish, and no more are launched." : "Batches are launched again.";
  return { status, events: [...step.events, { type: "Normal", reason, message }] };
}

function phaseOf(status: SweepStatus, suspended: boolean): SweepPhase {
  if (suspended) return "Suspended";
  if (status.preparing === undefined) return "Running";
  return status.blocked === undefined ? "Preparing" : "Blocked";
}

/** A batch in `running` without a Job was never started, or its Job has vanished. Started again, it only asks what is left. */
function toLaunch(status: SweepStatus, { flow, jobs, now }: SweepView): Launch[] {
  if (flow.suspended) return [];
  const { preparing } = status;
  if (preparing === undefined) {
    return status.running
      .map(({ batch, memoryBytes }): Launch => ({ program: "batch", work: { program: "batch", batch }, memoryBytes }))
      .filter((launch) => !jobs.some((job) => isSame(job.work, launch.work)));
  }
  if (status.running.length > 0 || secondsUntil(preparing.notBefore, now) > 0) return [];
  const { pass, round, attempt } = preparing;
  const work = { program: "prepare", pass, round, attempt } as const;
  if (jobs.some((job) => isSame(job.work, work))) return [];
  return [{ program: "prepare", work, place: { pass, round, outOfMemory: status.outOfMemory } }];
}

/** Jobs that the status does not name: they have been counted, or should not exist. */
function toDelete(status: SweepStatus, jobs: readonly ObservedJob[]): JobWork[] {
  const { preparing } = status;
  return jobs
    .map(({ work }) => work)
    .filter((work) => {
      if (work.program === "batch") return !status.running.some(({ batch }) => batch === work.batch);
      return preparing === undefined || !isSame(work, { ...preparing, program: "prepare" });
    });
}

function secondsUntilDue({ preparing }: SweepStatus, { now }: SweepView): number | null {
  const seconds = preparing === undefined ? 0 : secondsUntil(preparing.notBefore, now);
  return seconds === 0 ? null : seconds;
}

/** A wait that is longer than any that is ever decided was written by a wrong clock: it is over. */
function secondsUntil(notBefore: EpochSeconds, now: EpochSeconds): number {
  const seconds = notBefore - now;
  return seconds > WAIT_LONGEST_SECONDS ? 0 : Math.max(0, seconds);
}

function endOf(jobs: readonly ObservedJob[], work: JobWork): JobEnd | undefined {
  return jobs.find((job) => job.ended !== undefined && isSame(job.work, work))?.ended;
}

function isSame(one: JobWork, other: JobWork): boolean {
  if (one.program === "batch") return other.program === "batch" && one.batch === other.batch;
  return other.program === "prepare" && one.pass === other.pass && one.round === other.round && one.attempt === other.attempt;
}

/** Moves the next batches into `running`, in the order of their numbers, as many as `pods` allows. */
function launchNext(status: SweepStatus, flow: FlowSpec, now: EpochSeconds): SweepStatus {
  if (flow.suspended || status.preparing !== undefined) return status;
  const running: RunningBatch[] = [...status.running];
  let next = nextBatch(status.ranges, status.next);
  while (next !== null && running.length < width(status, flow)) {
    running.push({ ...next, since: now });
    next = nextBatch(status.ranges, next.batch + 1);
  }
  const last = running.at(-1);
  return last === undefined || running.length === status.running.length ? status : { ...status, running, next: last.batch + 1 };
}

function hasNext(status: SweepStatus): boolean {
  return nextBatch(status.ranges, status.next) !== null;
}

/** After crashes one batch at a time, until one has a result: one shows as well as four whether processes survive. */
function width(status: SweepStatus, flow: FlowSpec): number {
  return status.blocked?.reason === "Crashing" ? Math.min(1, flow.pods) : flow.pods;
}

function nextBatch(ranges: readonly BatchRange[], from: number): { batch: number; memoryBytes: number } | null {
  const range = ranges.find(({ to }) => to >= from);
  return range === undefined ? null : { batch: Math.max(from, range.from), memoryBytes: range.memoryBytes };
}
