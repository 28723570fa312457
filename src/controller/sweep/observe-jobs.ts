import { EVENTS, type Job, JOBS, PODS } from "../../kube/object.ts";
import { soonest } from "../../kube/work-queue.ts";
import type { ObservedJob, JobWork } from "../../model/sweep.ts";
import { endOf, type ObservedJobState, hasEnded } from "../job/end.ts";
import { WORK_ANNOTATION } from "../job/job.ts";
import type { SweepObject } from "../resources.ts";
import type { SweepDeps } from "./deps.ts";

const MOST_EVENTS = 20;

/** A Job that is there, as the decision sees it. */
export interface OwnJob extends ObservedJob {
  readonly job: Job;
}

export interface Observation {
  readonly jobs: readonly OwnJob[];
  /** Seconds after which one of them may have to be seen otherwise although nothing happens to it; null where none. */
  readonly requeueAfterSeconds: number | null;
  /** What keeps one of their pods from beginning, or null. */
  readonly waitsFor: string | null;
}

/** The sweep's own Jobs: what the cache says, and what was done that it has not seen. */
export async function observeJobs({ metadata: { uid } }: SweepObject, deps: SweepDeps): Promise<Observation> {
  const { caches, expectations } = deps;
  await clearDoubts(uid, deps);
  const jobs: OwnJob[] = [];
  let waitsFor: string | null = null;
  const looks: (number | null)[] = [expectations.secondsToDoubt(uid)];
  for (const job of expectations.over(uid, caches.jobsOf(uid))) {
    const work = workOf(job);
    if (work === null) continue;
    const observed = await look(job, deps);
    jobs.push({ job, work, ...(observed.kind === "ended" ? { ended: observed.end } : {}) });
    if (observed.kind === "open") looks.push(observed.requeueAfterSeconds);
    if (observed.kind === "open" && observed.waitsFor !== null) waitsFor ??= observed.waitsFor;
  }
  return { jobs, requeueAfterSeconds: soonest(looks), waitsFor };
}

/**
 * Of a Job that ended before the cache saw its pod end the pod is read, since it alone has the message. Where nobody knows why
 * a Job has no pod its events are, once a look.
 */
async function look(job: Job, { caches, client, clock }: SweepDeps): Promise<ObservedJobState> {
  const now = Math.floor(clock.now() / 1000);
  const pods = caches.podsOf(job.metadata.uid);
  const { namespace, uid } = job.metadata;
  const place = namespace === undefined ? {} : { namespace };
  const observed = endOf(job, pods, null, now);
  if (observed.kind === "ended") {
    if (observed.end.message !== null || pods.some(hasEnded)) return observed;
    const { items } = await client.list(PODS, { ...place, labelSelector: `batch.kubernetes.io/controller-uid=${uid}` });
    return endOf(job, items, null, now);
  }
  if (!observed.askEvents) return observed;
  const { items } = await client.list(EVENTS, { ...place, fieldSelector: `involvedObject.uid=${uid}`, limit: MOST_EVENTS });
  return endOf(job, pods, items, now);
}

/** A Job that was made and never seen may have come and gone unseen: then it has vanished, and is made again. */
async function clearDoubts(sweepUid: string, { client, expectations }: SweepDeps): Promise<void> {
  for (const { metadata } of expectations.doubtful(sweepUid)) {
    const job = await client.get(JOBS, metadata);
    if (job?.metadata.uid === metadata.uid) expectations.confirm(sweepUid, metadata.uid);
    else expectations.drop(sweepUid, metadata.uid);
  }
}

/** Was it made for this very sweep? One of a Sweep of the same name that is gone is a stranger's. */
export function isOwnJob(job: Job, sweepUid: string): boolean {
  return (job.metadata.ownerReferences ?? []).some(({ uid, controller }) => uid === sweepUid && controller === true);
}

/** Null where somebody else wrote the annotation, or nobody. */
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
