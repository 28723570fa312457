import type { BatchRange } from "../../model/message.ts";
import { type JobEnd, type JobWork, type ObservedJob, type SweepPhase, type SweepStatus, isFinished, type FlowSpec, type RunningBatch } from "../../model/sweep.ts";
import type { EpochSeconds } from "../../model/window.ts";
import { REASON } from "../reasons.ts";
import { afterBatch } from "./after-batch.ts";
import { afterPrepare } from "./after-prepare.ts";
import type { Launch, Step, SweepDecision, SweepView } from "./decision.ts";
import { nextPass } from "./ending.ts";

/**
 * What a sweep does next.
 *
 * In words: prepare packs a pass into batches; they are launched in order, `pods` at once; when all have ended, prepare packs what they
 * left unsettled as the next pass, until it gives the verdict. The order of writes: where the status must change only that is returned,
 * and the decision is taken again from what was written; only a status that needs no change is compared with the Jobs.
 *
 *     Preparing ──▶ Running ──▶ Preparing ──▶ … ──▶ Complete | Usable | Incomplete
 *         ▲            │ surroundings, crashes in a row
 *         └─ Blocked ◀─┘                                  Suspended: launches nothing, goes on from where it is
 *
 * Whoever stops processes because it is stopped itself (and not the sweep) does not tell of their ends: they stay in `running`,
 * and who takes over makes them again, and they do only the rest.
 */
export function decideSweep(view: SweepView): SweepDecision {
  const before = view.status ?? firstStatus(view.now);
  const { status, events } = isFinished(before.phase) ? { status: before, events: [] } : advance(before, view);
  if (status !== view.status) return { kind: "write", status, events };
  return { kind: "apply", make: toMake(status, view), remove: toRemove(status, view.jobs), requeueAfterSeconds: secondsToLook(status, view) };
}

/** Of a sweep that nobody has touched yet. */
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

/** Every change that is due, as one status. The same object where none is. */
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

/** A prepare is due while batches run only where the sweep is Blocked: those without a Job are not made again, they are packed anew. */
function forgetVanished(status: SweepStatus, jobs: readonly ObservedJob[]): SweepStatus {
  if (status.preparing === undefined) return status;
  const running = status.running.filter(({ batch }) => jobs.some((job) => isSame(job.work, { program: "batch", batch })));
  return running.length === status.running.length ? status : { ...status, running };
}

/** All batches have ended: the next prepare is due, at once if that promises something, else after a wait. */
function endOfPass(step: Step, { flow, now }: SweepView): Step {
  const { status } = step;
  if (status.preparing !== undefined || status.running.length > 0 || hasNext(status)) return step;
  const next = nextPass(status, flow, now);
  const message = `Pass ${status.pass} has ended.${next.wait > 0 ? ` It settled nothing: the next begins in ${next.wait} seconds.` : ""}`;
  return { status: next.status, events: [...step.events, { type: "Normal", reason: REASON.passEnded, message }] };
}

function showPhase(step: Step, { flow, status: before }: SweepView): Step {
  const phase = phaseOf(step.status, flow.suspended);
  const wasSuspended = before?.phase === "Suspended";
  const status = phase === step.status.phase ? step.status : { ...step.status, phase };
  if (flow.suspended === wasSuspended) return { ...step, status };
  const reason = flow.suspended ? REASON.suspended : REASON.resumed;
  const message = flow.suspended ? "Nothing more is launched; what runs ends." : "Batches are launched again.";
  return { status, events: [...step.events, { type: "Normal", reason, message }] };
}

function phaseOf(status: SweepStatus, suspended: boolean): SweepPhase {
  if (suspended) return "Suspended";
  if (status.preparing === undefined) return "Running";
  return status.blocked === undefined ? "Preparing" : "Blocked";
}

/** A batch in `running` without a Job was never made, or has vanished: its process does only the rest. */
function toMake(status: SweepStatus, { flow, jobs, now }: SweepView): Launch[] {
  if (flow.suspended) return [];
  const { preparing } = status;
  if (preparing === undefined) {
    return status.running
      .map(({ batch, memoryBytes }): Launch => ({ program: "batch", work: { program: "batch", batch }, memoryBytes }))
      .filter((launch) => !jobs.some((job) => isSame(job.work, launch.work)));
  }
  if (status.running.length > 0 || now < preparing.notBefore) return [];
  const { pass, round, attempt } = preparing;
  const work = { program: "prepare", pass, round, attempt } as const;
  if (jobs.some((job) => isSame(job.work, work))) return [];
  return [{ program: "prepare", work, place: { pass, round, outOfMemory: status.outOfMemory } }];
}

/** What the status does not know has been counted, or was never to be. */
function toRemove(status: SweepStatus, jobs: readonly ObservedJob[]): JobWork[] {
  const { preparing } = status;
  return jobs
    .map(({ work }) => work)
    .filter((work) => {
      if (work.program === "batch") return !status.running.some(({ batch }) => batch === work.batch);
      return preparing === undefined || !isSame(work, { ...preparing, program: "prepare" });
    });
}

function secondsToLook({ preparing }: SweepStatus, { now }: SweepView): number | null {
  return preparing === undefined || preparing.notBefore <= now ? null : preparing.notBefore - now;
}

function endOf(jobs: readonly ObservedJob[], work: JobWork): JobEnd | undefined {
  return jobs.find((job) => job.ended !== undefined && isSame(job.work, work))?.ended;
}

function isSame(one: JobWork, other: JobWork): boolean {
  if (one.program === "batch") return other.program === "batch" && one.batch === other.batch;
  return other.program === "prepare" && one.pass === other.pass && one.round === other.round && one.attempt === other.attempt;
}

/** The next batches go into `running`, in the order of their numbers, as many at once as `pods` allows. */
export function launchNext(status: SweepStatus, flow: FlowSpec, now: EpochSeconds): SweepStatus {
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

export function hasNext(status: SweepStatus): boolean {
  return nextBatch(status.ranges, status.next) !== null;
}

/** After crashes one batch at a time, until one has a result: it shows as well as four whether processes live again. */
function width(status: SweepStatus, flow: FlowSpec): number {
  return status.blocked?.reason === "Crashing" ? Math.min(1, flow.pods) : flow.pods;
}

function nextBatch(ranges: readonly BatchRange[], from: number): { batch: number; memoryBytes: number } | null {
  const range = ranges.find(({ to }) => to >= from);
  return range === undefined ? null : { batch: Math.max(from, range.from), memoryBytes: range.memoryBytes };
}
