import { SWEEP_REASON } from "../../decide/reasons.ts";
import type { Hindrance } from "../../decide/sweep/conditions.ts";
import type { Launch, SweepDecision } from "../../decide/sweep/decision.ts";
import { ApiError, isAlreadyThere } from "../../kube/api-error.ts";
import { type Draft, type Job, JOBS } from "../../kube/object.ts";
import { soonest } from "../../kube/work-queue.ts";
import type { PrepareTask } from "../../model/tasks.ts";
import { batchJob, prepareJob } from "../job/job.ts";
import { fieldsOfSweep, type SweepObject } from "../resources.ts";
import { taskFor } from "./acceptance.ts";
import type { SweepHands } from "./deps.ts";
import { type SeenJob, isOwnJob } from "./observe-jobs.ts";

/** What came of making and removing Jobs. */
export interface Acted {
  /** What kept one from being made, or null. */
  readonly hindrance: Hindrance | null;
  /** Seconds after which to try again; null where nothing is left to be done. */
  readonly again: number | null;
  /** What is to be thrown once the hindrance is told, or null. */
  readonly error: Error | null;
}

/** Somebody else's Job is looked at again so often. */
const TAKEN_SECONDS = 60;
/** One of ours that is going has its name for a moment still. */
const LEAVING_SECONDS = 1;

/** Does what was decided, for a status that the server has just returned. */
export async function act(sweep: SweepObject, decision: Extract<SweepDecision, { kind: "act" }>, jobs: readonly SeenJob[], hands: SweepHands): Promise<Acted> {
  for (const work of decision.remove) for (const seen of jobs) if (seen.work === work) await remove(sweep, seen.job, hands);
  const acted: Acted[] = [];
  for (const launch of decision.make) {
    const made = await make(sweep, launch, hands);
    acted.push(made);
    // What refuses one refuses the others too.
    if (made.error !== null) break;
  }
  return {
    hindrance: acted.find(({ hindrance }) => hindrance !== null)?.hindrance ?? null,
    again: soonest(acted.map(({ again }) => again)),
    error: acted.find(({ error }) => error !== null)?.error ?? null,
  };
}

const DONE: Acted = { hindrance: null, again: null, error: null };

async function remove(sweep: SweepObject, job: Job, { client, overlay, log }: SweepHands): Promise<void> {
  const { name, uid } = job.metadata;
  await client.delete(JOBS, job.metadata, { uid, propagationPolicy: "Background" }).catch((error: unknown) => {
    // The name belongs to another by now: then this one is gone.
    if (!(error instanceof ApiError && error.status === 409)) throw error;
  });
  overlay.removed(sweep.metadata.uid, job);
  log.debug({ ...fieldsOfSweep(sweep), job: name }, "Job removed");
}

function jobFor({ metadata, spec, status }: SweepObject, launch: Launch, task: PrepareTask | null, { workers }: SweepHands): Draft<Job> {
  const { uid, namespace = "default", name } = metadata;
  const inFlight = spec.host?.inFlight;
  const source = { sweep: { uid, namespace, name }, frozen: status!.frozen!, settings: workers, ...(inFlight === undefined ? {} : { inFlight }) };
  return launch.program === "batch" ? batchJob(source, launch.work, launch.memoryBytes) : prepareJob(source, launch.work, task!);
}

async function make(sweep: SweepObject, launch: Launch, hands: SweepHands): Promise<Acted> {
  const { client, overlay, log } = hands;
  const { uid } = sweep.metadata;
  const task = launch.program === "batch" ? null : await taskFor(sweep, launch.place, hands);
  if (task !== null && "hindrance" in task) return { hindrance: task.hindrance, again: TAKEN_SECONDS, error: null };
  const job = jobFor(sweep, launch, task, hands);
  try {
    overlay.made(uid, await client.create(JOBS, job));
    log.debug({ ...fieldsOfSweep(sweep), job: job.metadata.name }, "Job made");
    return DONE;
  } catch (error) {
    if (isAlreadyThere(error)) return whoseIs(sweep, job.metadata.name!, hands);
    const hindrance = refusalOf(error);
    if (hindrance === null) throw error;
    return { hindrance, again: null, error: error as Error };
  }
}

/** Ours, where the answer to an earlier write was lost or another leader made it; else it is not touched. */
async function whoseIs(sweep: SweepObject, name: string, { client, overlay }: SweepHands): Promise<Acted> {
  const job = await client.get(JOBS, { ...(sweep.metadata.namespace === undefined ? {} : { namespace: sweep.metadata.namespace }), name });
  if (job === null) return { ...DONE, again: LEAVING_SECONDS };
  if (isOwnJob(job, sweep.metadata.uid)) {
    if (job.metadata.deletionTimestamp !== undefined) return { ...DONE, again: LEAVING_SECONDS };
    overlay.made(sweep.metadata.uid, job);
    return DONE;
  }
  const message = `There is a Job ${name} that is not this sweep's; it is left alone, and its name is needed. Remove it, or wait until it is gone.`;
  return { hindrance: { reason: SWEEP_REASON.nameTaken, message }, again: TAKEN_SECONDS, error: null };
}

/** A quota, a policy or a wrong setting of the pods. In a namespace that is being deleted there is nothing to tell. */
function refusalOf(error: unknown): Hindrance | null {
  if (!(error instanceof ApiError) || ![400, 403, 422].includes(error.status)) return null;
  if (error.message.includes("because it is being terminated")) return null;
  return { reason: SWEEP_REASON.jobRefused, message: `The API server does not take a Job: ${error.message}` };
}
