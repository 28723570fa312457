import { SWEEP_REASON } from "../../decide/reasons.ts";
import type { Blocker } from "../../decide/sweep/conditions.ts";
import type { Launch, SweepDecision } from "../../decide/sweep/decision.ts";
import { ApiError, isAlreadyExists } from "../../kube/api-error.ts";
import { type Draft, type Job, JOBS } from "../../kube/object.ts";
import { soonest } from "../../kube/work-queue.ts";
import type { PrepareTask } from "../../model/tasks.ts";
import { batchJob, prepareJob } from "../job/job.ts";
import { fieldsOfSweep, type SweepObject } from "../resources.ts";
import { taskFor } from "./acceptance.ts";
import type { SweepDeps } from "./deps.ts";
import { type OwnJob, isOwnJob } from "./observe-jobs.ts";

/** What came of making and removing Jobs. */
export interface Applied {
  /** What kept one from being made, or null. */
  readonly blocker: Blocker | null;
  /** Seconds after which to try again; null where nothing is left to be done. */
  readonly requeueAfterSeconds: number | null;
  /** What is to be thrown once the hindrance is told, or null. */
  readonly error: Error | null;
}

/** Somebody else's Job is looked at again so often. */
const TAKEN_SECONDS = 60;
/** One of ours that is going has its name for a moment still. */
const LEAVING_SECONDS = 1;

/** Does what was decided, for a status that the server has just returned. */
export async function apply(sweep: SweepObject, decision: Extract<SweepDecision, { kind: "apply" }>, jobs: readonly OwnJob[], deps: SweepDeps): Promise<Applied> {
  for (const work of decision.remove) for (const seen of jobs) if (seen.work === work) await remove(sweep, seen.job, deps);
  const applied: Applied[] = [];
  for (const launch of decision.make) {
    const made = await make(sweep, launch, deps);
    applied.push(made);
    // What refuses one refuses the others too.
    if (made.error !== null) break;
  }
  return {
    blocker: applied.find(({ blocker }) => blocker !== null)?.blocker ?? null,
    requeueAfterSeconds: soonest(applied.map(({ requeueAfterSeconds }) => requeueAfterSeconds)),
    error: applied.find(({ error }) => error !== null)?.error ?? null,
  };
}

const DONE: Applied = { blocker: null, requeueAfterSeconds: null, error: null };

async function remove(sweep: SweepObject, job: Job, { client, expectations, log }: SweepDeps): Promise<void> {
  const { name, uid } = job.metadata;
  await client.delete(JOBS, job.metadata, { uid, propagationPolicy: "Background" }).catch((error: unknown) => {
    // The name belongs to another by now: then this one is gone.
    if (!(error instanceof ApiError && error.status === 409)) throw error;
  });
  expectations.removed(sweep.metadata.uid, job);
  log.debug({ ...fieldsOfSweep(sweep), job: name }, "Job removed");
}

function jobFor({ metadata, spec, status }: SweepObject, launch: Launch, task: PrepareTask | null, { workers }: SweepDeps): Draft<Job> {
  const { uid, namespace = "default", name } = metadata;
  const inFlight = spec.host?.inFlight;
  const source = { sweep: { uid, namespace, name }, frozen: status!.frozen!, settings: workers, ...(inFlight === undefined ? {} : { inFlight }) };
  return launch.program === "batch" ? batchJob(source, launch.work, launch.memoryBytes) : prepareJob(source, launch.work, task!);
}

async function make(sweep: SweepObject, launch: Launch, deps: SweepDeps): Promise<Applied> {
  const { client, expectations, log } = deps;
  const { uid } = sweep.metadata;
  const task = launch.program === "batch" ? null : await taskFor(sweep, launch.place, deps);
  if (task !== null && "blocker" in task) return { blocker: task.blocker, requeueAfterSeconds: TAKEN_SECONDS, error: null };
  const job = jobFor(sweep, launch, task, deps);
  try {
    expectations.made(uid, await client.create(JOBS, job));
    log.debug({ ...fieldsOfSweep(sweep), job: job.metadata.name }, "Job made");
    return DONE;
  } catch (error) {
    if (isAlreadyExists(error)) return whoseIs(sweep, job.metadata.name!, deps);
    const blocker = refusalOf(error);
    if (blocker === null) throw error;
    return { blocker, requeueAfterSeconds: null, error: error as Error };
  }
}

/** Ours, where the answer to an earlier write was lost or another leader made it; else it is not touched. */
async function whoseIs(sweep: SweepObject, name: string, { client, expectations }: SweepDeps): Promise<Applied> {
  const job = await client.get(JOBS, { ...(sweep.metadata.namespace === undefined ? {} : { namespace: sweep.metadata.namespace }), name });
  if (job === null) return { ...DONE, requeueAfterSeconds: LEAVING_SECONDS };
  if (isOwnJob(job, sweep.metadata.uid)) {
    if (job.metadata.deletionTimestamp !== undefined) return { ...DONE, requeueAfterSeconds: LEAVING_SECONDS };
    expectations.made(sweep.metadata.uid, job);
    return DONE;
  }
  const message = `There is a Job ${name} that is not this sweep's; it is left alone, and its name is needed. Remove it, or wait until it is gone.`;
  return { blocker: { reason: SWEEP_REASON.nameTaken, message }, requeueAfterSeconds: TAKEN_SECONDS, error: null };
}

/** A quota, a policy or a wrong setting of the pods. In a namespace that is being deleted there is nothing to tell. */
function refusalOf(error: unknown): Blocker | null {
  if (!(error instanceof ApiError) || ![400, 403, 422].includes(error.status)) return null;
  if (error.message.includes("because it is being terminated")) return null;
  return { reason: SWEEP_REASON.jobRefused, message: `The API server does not take a Job: ${error.message}` };
}
