import { EVENTS, type Job, JOBS, PODS } from "../../kube/object.ts";
import { soonest } from "../../kube/work-queue.ts";
import type { ObservedJob, JobWork } from "../../model/sweep.ts";
import { jobState, type JobState, isFinishedPod } from "../job/job-state.ts";
import { WORK_ANNOTATION } from "../job/job.ts";
import type { SweepObject } from "../resources.ts";
import type { SweepDeps } from "./deps.ts";

/** A sweep's own Job: the object, and what the decision needs to know of it. */
export interface OwnJob extends ObservedJob {
  readonly job: Job;
}

interface JobsObservation {
  readonly jobs: readonly OwnJob[];
  /** Seconds after which time alone may have changed one of them; null where none. */
  readonly requeueAfterSeconds: number | null;
  /** Why one of their pods does not start, in a sentence, or null. */
  readonly waitsFor: string | null;
}

/** The sweep's own Jobs: what the cache shows, corrected by the writes that it does not show yet. */
export async function observeJobs({ metadata: { uid } }: SweepObject, deps: SweepDeps): Promise<JobsObservation> {
  const { caches, expectations } = deps;
  await resolveOverdue(uid, deps);
  const jobs: OwnJob[] = [];
  let waitsFor: string | null = null;
  const requeues: (number | null)[] = [expectations.secondsToOverdue(uid)];
  for (const job of expectations.applyTo(uid, caches.jobsOf(uid))) {
    const work = workOf(job);
    if (work === null) continue;
    const state = await observeJob(job, deps);
    jobs.push({ job, work, ...(state.kind === "finished" ? { ended: state.end } : {}) });
    if (state.kind === "open") requeues.push(state.requeueAfterSeconds);
    if (state.kind === "open" && state.waitsFor !== null) waitsFor ??= state.waitsFor;
  }
  return { jobs, requeueAfterSeconds: soonest(requeues), waitsFor };
}

/** A created Job that was never observed may have come and gone unseen: then it is gone, and is created again. */
async function resolveOverdue(sweepUid: string, { client, expectations }: SweepDeps): Promise<void> {
  for (const { metadata } of expectations.overdue(sweepUid)) {
    const job = await client.get(JOBS, metadata);
    if (job?.metadata.uid === metadata.uid) expectations.confirm(sweepUid, metadata.uid);
    else expectations.drop(sweepUid, metadata.uid);
  }
}

/** Null where the annotation is absent or somebody else wrote it. */
export function workOf({ metadata }: Job): JobWork | null {
  try {
    const work = JSON.parse(metadata.annotations?.[WORK_ANNOTATION] ?? "null") as Partial<Record<string, unknown>> | null;
    const numbers = work?.["program"] === "batch" ? [work["batch"]] : [work?.["pass"], work?.["round"], work?.["attempt"]];
    const isWork = (work?.["program"] === "batch" || work?.["program"] === "prepare") && numbers.every((number) => Number.isSafeInteger(number));
    return isWork ? (work as unknown as JobWork) : null;
  } catch {
    return null;
  }
}

const MAX_EVENTS = 20;
/** A Job of ours has one pod. Anybody may put its label on others. */
const MAX_PODS = 10;

/**
 * Asks the API server in two cases only. A Job that finished before the cache shows its finished pod: the pod is read, since it alone has
 * the message. A Job without a pod and without a known reason: its events are read, once per reconcile.
 */
async function observeJob(job: Job, { caches, client, clock }: SweepDeps): Promise<JobState> {
  const now = Math.floor(clock.now() / 1000);
  const pods = caches.podsOf(job.metadata.uid);
  const { namespace, uid } = job.metadata;
  const place = namespace === undefined ? {} : { namespace };
  const state = jobState(job, pods, null, now);
  if (state.kind === "finished") {
    if (state.end.message !== null || pods.some(isFinishedPod)) return state;
    const { items } = await client.list(PODS, { ...place, labelSelector: `batch.kubernetes.io/controller-uid=${uid}`, limit: MAX_PODS });
    return jobState(job, items, null, now);
  }
  if (!state.needsEvents) return state;
  const { items } = await client.list(EVENTS, { ...place, fieldSelector: `involvedObject.uid=${uid}`, limit: MAX_EVENTS });
  return jobState(job, pods, items, now);
}

/** By the uid of its owner: a Job of a deleted Sweep of the same name is not this sweep's. */
export function isOwnJob(job: Job, sweepUid: string): boolean {
  return (job.metadata.ownerReferences ?? []).some(({ uid, controller }) => uid === sweepUid && controller === true);
}
