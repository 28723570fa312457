import { isDeepStrictEqual } from "node:util";
import { decideCronSweep } from "../../decide/cron-sweep/cron-sweep.ts";
import type { ObservedSweep } from "../../decide/cron-sweep/observed-sweep.ts";
import type { CronSweepView } from "../../decide/cron-sweep/view.ts";
import { CRON_REASON } from "../../decide/reasons.ts";
import { ApiError, isAlreadyExists } from "../../kube/api-error.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { ObjectKey } from "../../kube/object.ts";
import { isRequestError } from "../../kube/requests.ts";
import type { Result } from "../../kube/work-queue.ts";
import type { Clock } from "../../model/clock.ts";
import { failedCondition, withCondition } from "../../model/condition.ts";
import type { ObjectEvent } from "../../model/event.ts";
import { isoOf, parseMoment } from "../../model/moment.ts";
import { parseDuration } from "../../model/quantity.ts";
import type { CronSweepStatus } from "../../model/sweep-object.ts";
import { isFinished } from "../../model/sweep.ts";
import type { EpochSeconds } from "../../model/window.ts";
import type { Provider } from "../../providers/provider.ts";
import { ACKNOWLEDGE_MISSED_ANNOTATION, CRON_SWEEPS, PAUSED_ANNOTATION, SWEEPS, TRIGGER_ANNOTATION, type CronSweepObject, type SweepObject } from "../resources.ts";
import { transformCronSweep } from "../transforms.ts";
import { cronPlanOf } from "./cron-plan.ts";
import { draftSweep } from "./draft-sweep.ts";

/** What the reconciler of CronSweeps reads and writes with. */
export interface CronSweepDeps {
  readonly client: Pick<KubeClient, "get" | "create" | "replaceStatus" | "delete">;
  readonly caches: {
    /** The cached Sweeps of a namespace, with those that no CronSweep created. */
    sweepsOf(namespace: string): readonly SweepObject[];
  };
  readonly providers: readonly Provider[];
  readonly clock: Pick<Clock, "now">;
  /** Called only after the write that the event reports has succeeded. */
  readonly recordEvent: (cronSweep: CronSweepObject, event: ObjectEvent) => void;
}

/** After this time the cache shows whose Sweep already has a name that was to be created. */
const NAME_TAKEN_SECONDS = 1;

/**
 * Brings one CronSweep one step further: observe, decide, write the status, record events, then create and delete Sweeps for the status
 * that was written. decide/cron-sweep/cron-sweep.ts says why in this order. If it throws, the queue calls it again later; nothing is lost
 * or done twice. It has to run when the CronSweep changes, and when a Sweep does that it owns or that names it.
 */
export async function reconcileCronSweep(key: ObjectKey, deps: CronSweepDeps): Promise<Result> {
  const found = await deps.client.get(CRON_SWEEPS, key);
  // Owner references take the Sweeps along with a CronSweep that is being deleted.
  if (found === null || found.metadata.deletionTimestamp !== undefined) return {};
  try {
    return await advance(found, deps);
  } catch (error) {
    if (!isRequestError(error)) await showFailure(found, error, deps);
    throw error;
  }
}

/** Over the version that was read: if the status was written since, that write shows that the reconcile got further. */
async function showFailure(found: CronSweepObject, error: unknown, deps: CronSweepDeps): Promise<void> {
  const { status = {}, metadata } = found;
  const conditions = withCondition(failedCondition(CRON_REASON.reconcileFailed, error), status.conditions ?? [], metadata.generation ?? 0, isoOf(deps.clock.now() / 1000));
  await writeStatus(found, { ...status, conditions }, deps);
}

async function advance(found: CronSweepObject, deps: CronSweepDeps): Promise<Result> {
  const decision = decideCronSweep(viewOf(found, await observeSweeps(found, deps), deps));
  const cronSweep = await writeStatus(found, decision.status, deps);
  for (const event of decision.events) deps.recordEvent(cronSweep, event);
  const areAllCreated = await createSweeps(cronSweep, decision.create, deps);
  await deleteSweeps(cronSweep, decision.delete, deps);
  const requeueAfterSeconds = areAllCreated ? decision.requeueAfterSeconds : NAME_TAKEN_SECONDS;
  return requeueAfterSeconds === null ? {} : { requeueAfterSeconds };
}

/** The cached Sweeps, and each that the status names and the cache does not show: it may lag behind what was just created. */
async function observeSweeps({ metadata: { namespace = "" }, status = {} }: CronSweepObject, { client, caches }: CronSweepDeps): Promise<SweepObject[]> {
  const cached = caches.sweepsOf(namespace);
  const missing = new Set([...(status.active ?? []), ...(status.starting ?? []).map(({ name }) => name)]);
  for (const { metadata } of cached) missing.delete(metadata.name);
  const read = await Promise.all([...missing].map((name) => client.get(SWEEPS, { namespace, name })));
  return [...cached, ...read.filter((sweep) => sweep !== null)];
}

function viewOf(object: CronSweepObject, sweeps: readonly SweepObject[], { providers, clock }: CronSweepDeps): CronSweepView {
  const { namespace = "", name, generation = 0, annotations = {}, creationTimestamp = "" } = object.metadata;
  const now = Math.floor(clock.now() / 1000);
  return {
    namespace,
    name,
    generation,
    createdAt: Date.parse(creationTimestamp) / 1000 || 0,
    trigger: annotations[TRIGGER_ANNOTATION] ?? null,
    paused: annotations[PAUSED_ANNOTATION] === "true",
    acknowledged: annotations[ACKNOWLEDGE_MISSED_ANNOTATION] ?? null,
    plan: cronPlanOf(object, providers, now),
    status: object.status ?? {},
    sweeps: sweeps.map((sweep) => observeSweep(sweep, object)),
    now,
  };
}

/** What a CronSweep needs to know of a Sweep in its namespace, its own or not. */
export function observeSweep(sweep: SweepObject, cronSweep: CronSweepObject): ObservedSweep {
  const { metadata, spec, status = {} } = sweep;
  const startedAt = momentOf(status.startedAt) ?? momentOf(metadata.creationTimestamp) ?? 0;
  return {
    name: metadata.name,
    uid: metadata.uid,
    isOwn: isOwn(sweep, cronSweep),
    isOfCronSweep: spec.cronSweepRef?.name === cronSweep.metadata.name,
    dataset: status.dataset ?? spec.dataset ?? null,
    everySeconds: spec.window.every === undefined ? null : parseDuration(spec.window.every),
    windowStart: parseMoment(spec.window.start),
    beganAt: startedAt,
    ...stateOf(sweep, startedAt),
    ...(status.flow?.totals === undefined ? {} : { retentionHeld: status.flow.retentionHeld ?? null }),
  };
}

function isOwn({ metadata }: SweepObject, cronSweep: CronSweepObject): boolean {
  return (metadata.ownerReferences ?? []).some(({ controller, uid }) => controller === true && uid === cronSweep.metadata.uid);
}

function stateOf({ status = {} }: SweepObject, startedAt: EpochSeconds): Pick<ObservedSweep, "state" | "endedAt"> {
  const { phase, verdict, finishedAt, conditions = [] } = status;
  if (phase !== undefined && isFinished(phase)) return { state: phase === "Failed" ? "incomplete" : (verdict ?? "incomplete"), endedAt: momentOf(finishedAt) ?? startedAt };
  const isRefused = conditions.some(({ type, status: holds }) => type === "Accepted" && holds === "False");
  return { state: isRefused ? "refused" : "running", endedAt: null };
}

/** The API server may write times with fractions of a second. */
function momentOf(text: string | undefined): EpochSeconds | null {
  const milliseconds = Date.parse(text ?? "");
  return Number.isNaN(milliseconds) ? null : Math.floor(milliseconds / 1000);
}

/** Writes only a status that differs, and only over the version that was read. Returns the object as it is now. */
async function writeStatus(cronSweep: CronSweepObject, decided: CronSweepStatus, { client }: CronSweepDeps): Promise<CronSweepObject> {
  // Through JSON, because the server's status has no fields that are undefined.
  const status = JSON.parse(JSON.stringify(decided)) as CronSweepStatus;
  // A list of targets may have a megabyte, and of this write the server takes the status and nothing else.
  return isDeepStrictEqual(cronSweep.status, status) ? cronSweep : transformCronSweep(await client.replaceStatus(CRON_SWEEPS, { ...transformCronSweep(cronSweep), status }));
}

/** Returns false where a name was taken already, by a Sweep of ours or by another. */
async function createSweeps(cronSweep: CronSweepObject, names: readonly string[], { client, recordEvent }: CronSweepDeps): Promise<boolean> {
  let areAllCreated = true;
  for (const starting of cronSweep.status?.starting?.filter(({ name }) => names.includes(name)) ?? []) {
    const { name, window, by } = starting;
    try {
      await client.create(SWEEPS, draftSweep(cronSweep, starting));
      recordEvent(cronSweep, { type: "Normal", reason: CRON_REASON.began, message: `Created the Sweep ${name} of the window ${window}, for the ${by}.` });
    } catch (error) {
      if (!isAlreadyExists(error)) {
        // A quota or a policy. The queue tries again, but a person has to know.
        if (error instanceof ApiError) recordEvent(cronSweep, { type: "Warning", reason: CRON_REASON.notMade, message: `Cannot create the Sweep ${name}: ${error.message}` });
        throw error;
      }
      areAllCreated = false;
    }
  }
  return areAllCreated;
}

/** Called only after the status is written that has what these Sweeps knew. */
async function deleteSweeps({ metadata }: CronSweepObject, sweeps: readonly { readonly name: string; readonly uid: string }[], { client }: CronSweepDeps): Promise<void> {
  const place = metadata.namespace === undefined ? {} : { namespace: metadata.namespace };
  for (const { name, uid } of sweeps) await client.delete(SWEEPS, { ...place, name }, { uid });
}
