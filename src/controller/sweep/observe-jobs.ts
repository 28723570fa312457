import { EVENTS, type Job, JOBS, PODS } from "../../kube/object.ts";
import { soonest } from "../../kube/work-queue.ts";
import type { ObservedJob, JobWork } from "../../model/sweep.ts";
import { endOf, type JobSight, hasEnded } from "../job/end.ts";
import { WORK_ANNOTATION } from "../job/job.ts";
import type { SweepObject } from "../resources.ts";
import type { SweepHands } from "./deps.ts";

const MOST_EVENTS = 20;

/** A Job that is there, as the decision sees it. */
export interface SeenJob extends ObservedJob {
  readonly job: Job;
}

export interface Observation {
  readonly jobs: readonly SeenJob[];
  /** Seconds after which one of them may have to be seen otherwise although nothing happens to it; null where none. */
  readonly again: number | null;
  /** What keeps one of their pods from beginning, or null. */
  readonly waitsFor: string | null;
}

/** The sweep's own Jobs: what the cache says, and what was done that it has not seen. */
export async function observeJobs({ metadata: { uid } }: SweepObject, hands: SweepHands): Promise<Observation> {
  const { caches, overlay } = hands;
  await clearDoubts(uid, hands);
  const jobs: SeenJob[] = [];
  let waitsFor: string | null = null;
  const looks: (number | null)[] = [overlay.secondsToDoubt(uid)];
  for (const job of overlay.over(uid, caches.jobsOf(uid))) {
    const work = workOf(job);
    if (work === null) continue;
    const sight = await look(job, hands);
    jobs.push({ job, work, ...(sight.kind === "ended" ? { ended: sight.end } : {}) });
    if (sight.kind === "open") looks.push(sight.again);
    if (sight.kind === "open" && sight.waitsFor !== null) waitsFor ??= sight.waitsFor;
  }
  return { jobs, again: soonest(looks), waitsFor };
}

/**
 * Of a Job that ended before the cache saw its pod end the pod is read, since it alone has the message. Where nobody knows why
 * a Job has no pod its events are, once a look.
 */
async function look(job: Job, { caches, client, clock }: SweepHands): Promise<JobSight> {
  const now = Math.floor(clock.now() / 1000);
  const pods = caches.podsOf(job.metadata.uid);
  const { namespace, uid } = job.metadata;
  const place = namespace === undefined ? {} : { namespace };
  const sight = endOf(job, pods, null, now);
  if (sight.kind === "ended") {
    if (sight.end.message !== null || pods.some(hasEnded)) return sight;
    const { items } = await client.list(PODS, { ...place, labelSelector: `batch.kubernetes.io/controller-uid=${uid}` });
    return endOf(job, items, null, now);
  }
  if (!sight.askEvents) return sight;
  const { items } = await client.list(EVENTS, { ...place, fieldSelector: `involvedObject.uid=${uid}`, limit: MOST_EVENTS });
  return endOf(job, pods, items, now);
}

/** A Job that was made and never seen may have come and gone unseen: then it has vanished, and is made again. */
async function clearDoubts(sweepUid: string, { client, overlay }: SweepHands): Promise<void> {
  for (const { metadata } of overlay.doubtful(sweepUid)) {
    const job = await client.get(JOBS, metadata);
    if (job?.metadata.uid === metadata.uid) overlay.confirm(sweepUid, metadata.uid);
    else overlay.drop(sweepUid, metadata.uid);
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
