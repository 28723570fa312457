import { SWEEP_REASON } from "../../decide/reasons.ts";
import type { Blocker } from "../../decide/sweep/conditions.ts";
import type { Launch, SweepDecision } from "../../decide/sweep/decision.ts";
import { ApiError, isAlreadyExists } from "../../kube/api-error.ts";
import { type Draft, type Job, JOBS } from "../../kube/object.ts";
import { soonest } from "../../kube/work-queue.ts";
import type { PrepareTask } from "../../model/tasks.ts";
import { batchJob, prepareJob } from "../job/job.ts";
import { fieldsOfSweep, type SweepObject } from "../resources.ts";
import { transformJob } from "../transforms.ts";
import { taskFor } from "./acceptance.ts";
import type { SweepDeps } from "./deps.ts";
import { type OwnJob, isOwnJob } from "./observe-jobs.ts";

/** The outcome of creating and deleting Jobs. */
interface Applied {
  /** Why a Job could not be created, or null. */
  readonly blocker: Blocker | null;
  /** Seconds after which to try again; null where nothing is left to do. */
  readonly requeueAfterSeconds: number | null;
  /** To be thrown once the blocker is in the status, or null. */
  readonly error: Error | null;
}

const DONE: Applied = { blocker: null, requeueAfterSeconds: null, error: null };

/** Carries out a decision, for a status that the server has just returned. */
export async function apply(sweep: SweepObject, decision: Extract<SweepDecision, { kind: "apply" }>, jobs: readonly OwnJob[], deps: SweepDeps): Promise<Applied> {
  for (const work of decision.delete) for (const own of jobs) if (own.work === work) await deleteJob(sweep, own.job, deps);
  const applied: Applied[] = [];
  for (const launch of decision.launch) {
    const created = await createJob(sweep, launch, deps);
    applied.push(created);
    // What refuses one Job refuses the others too.
    if (created.error !== null) break;
  }
  return {
    blocker: applied.find(({ blocker }) => blocker !== null)?.blocker ?? null,
    requeueAfterSeconds: soonest(applied.map(({ requeueAfterSeconds }) => requeueAfterSeconds)),
    error: applied.find(({ error }) => error !== null)?.error ?? null,
  };
}

async function deleteJob(sweep: SweepObject, job: Job, { client, expectations, log }: SweepDeps): Promise<void> {
  const { name, uid } = job.metadata;
  await client.delete(JOBS, job.metadata, { uid, propagationPolicy: "Background" }).catch((error: unknown) => {
    // The name has another uid by now, so this Job is gone.
    if (!(error instanceof ApiError && error.status === 409)) throw error;
  });
  expectations.deleted(sweep.metadata.uid, job);
  log.debug({ ...fieldsOfSweep(sweep), job: name }, "Job deleted");
}

/** How often a problem is checked that only a person can solve: a name that somebody else's Job has, a spec that is wrong by now. */
const BLOCKER_SECONDS = 60;

async function createJob(sweep: SweepObject, launch: Launch, deps: SweepDeps): Promise<Applied> {
  const { client, expectations, log } = deps;
  const { uid } = sweep.metadata;
  const task = launch.program === "batch" ? null : await taskFor(sweep, launch.place, deps);
  if (task !== null && "blocker" in task) return { blocker: task.blocker, requeueAfterSeconds: BLOCKER_SECONDS, error: null };
  const job = jobFor(sweep, launch, task, deps);
  try {
    expectations.created(uid, transformJob(await client.create(JOBS, job)));
    log.debug({ ...fieldsOfSweep(sweep), job: job.metadata.name }, "Job created");
    return DONE;
  } catch (error) {
    if (isAlreadyExists(error)) return adoptJob(sweep, job.metadata.name!, deps);
    const blocker = refusalOf(error);
    if (blocker === null) throw error;
    return { blocker, requeueAfterSeconds: null, error: error as Error };
  }
}

function jobFor({ metadata, spec, status }: SweepObject, launch: Launch, task: PrepareTask | null, { workers }: SweepDeps): Draft<Job> {
  const { uid, namespace = "default", name } = metadata;
  const inFlight = spec.host?.inFlight;
  const prepareMemory = spec.prepare?.memory;
  const source = { sweep: { uid, namespace, name }, frozen: status!.frozen!, settings: workers, ...(inFlight === undefined ? {} : { inFlight }), ...(prepareMemory === undefined ? {} : { prepareMemory }) };
  return launch.program === "batch" ? batchJob(source, launch.work, launch.memoryBytes) : prepareJob(source, launch.work, task!);
}

/** A Job of ours that is being deleted keeps its name for a moment. */
const DELETION_SECONDS = 1;

/** The existing Job is ours where the answer to an earlier create was lost, or another leader created it. Any other is left alone. */
async function adoptJob(sweep: SweepObject, name: string, { client, expectations }: SweepDeps): Promise<Applied> {
  const job = await client.get(JOBS, { ...(sweep.metadata.namespace === undefined ? {} : { namespace: sweep.metadata.namespace }), name });
  if (job === null) return { ...DONE, requeueAfterSeconds: DELETION_SECONDS };
  if (isOwnJob(job, sweep.metadata.uid)) {
    if (job.metadata.deletionTimestamp !== undefined) return { ...DONE, requeueAfterSeconds: DELETION_SECONDS };
    expectations.created(sweep.metadata.uid, transformJob(job));
    return DONE;
  }
  const message = `The Job ${name} exists and belongs to something else, but this sweep needs its name. Sluice does not touch it: delete it, or wait until it is gone.`;
  return { blocker: { reason: SWEEP_REASON.nameTaken, message }, requeueAfterSeconds: BLOCKER_SECONDS, error: null };
}

/** A quota, a policy or a wrong setting of the pods. Null for other errors, and in a namespace that is being deleted: nobody needs to know. */
function refusalOf(error: unknown): Blocker | null {
  if (!(error instanceof ApiError) || ![400, 403, 422].includes(error.status)) return null;
  if (error.message.includes("because it is being terminated")) return null;
  return { reason: SWEEP_REASON.jobRefused, message: `The API server refuses the Job: ${error.message}` };
}
