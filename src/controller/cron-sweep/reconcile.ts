import { isDeepStrictEqual } from "node:util";
import { decideCronSweep } from "../../decide/cron-sweep/cron-sweep.ts";
import type { ObservedSweep } from "../../decide/cron-sweep/observed-sweep.ts";
import type { CronSweepView } from "../../decide/cron-sweep/view.ts";
import { CRON_REASON } from "../../decide/reasons.ts";
import { ApiError, isAlreadyExists } from "../../kube/api-error.ts";
import type { ObjectKey, Draft } from "../../kube/object.ts";
import type { Result } from "../../kube/work-queue.ts";
import { parseMoment } from "../../model/moment.ts";
import { parseDuration } from "../../model/quantity.ts";
import { API_VERSION } from "../../model/schema/object.ts";
import type { CronSweepStatus, StartingSweep } from "../../model/sweep-object.ts";
import { isFinished } from "../../model/sweep.ts";
import type { EpochSeconds } from "../../model/window.ts";
import { CRON_SWEEPS, PAUSED_ANNOTATION, SWEEPS, TRIGGER_ANNOTATION, type CronSweepObject, type SweepObject } from "../resources.ts";
import { cronPlanOf } from "./cron-plan.ts";
import type { CronSweepDeps } from "./deps.ts";

/** A Sweep whose name was there already is looked at in a moment, when it can be told whose it is. */
const LOOK_AT_NAMESAKE_SECONDS = 1;

/**
 * Brings one CronSweep a step on: observe → decide → write the status → make and remove Sweeps for the status just returned → recordEvent.
 * Why in this order: decide/cron-sweep.ts. Whatever it throws brings the key again after a while, and loses and doubles nothing.
 * It is to be called when the CronSweep changes, or a Sweep that it owns or that names it.
 */
export async function reconcileCronSweep(key: ObjectKey, deps: CronSweepDeps): Promise<Result> {
  const found = await deps.client.get(CRON_SWEEPS, key);
  // What is being deleted takes its Sweeps with it, by their owner references.
  if (found === null || found.metadata.deletionTimestamp !== undefined) return {};
  const decision = decideCronSweep(viewOf(found, await observe(found, deps), deps));
  const cronSweep = await write(found, decision.status, deps);
  for (const event of decision.events) deps.recordEvent(cronSweep, event);
  const isEachMade = await make(cronSweep, decision.make, deps);
  await remove(cronSweep, decision.remove, deps);
  const requeueAfterSeconds = isEachMade ? decision.requeueAfterSeconds : LOOK_AT_NAMESAKE_SECONDS;
  return requeueAfterSeconds === null ? {} : { requeueAfterSeconds: requeueAfterSeconds };
}

function viewOf(object: CronSweepObject, sweeps: readonly SweepObject[], { providers, clock }: CronSweepDeps): CronSweepView {
  const { name, generation = 0, annotations = {}, creationTimestamp = "" } = object.metadata;
  const now = Math.floor(clock.now() / 1000);
  return {
    name,
    generation,
    createdAt: Date.parse(creationTimestamp) / 1000 || 0,
    trigger: annotations[TRIGGER_ANNOTATION] ?? null,
    paused: annotations[PAUSED_ANNOTATION] === "true",
    plan: cronPlanOf(object, providers, now),
    status: object.status ?? {},
    sweeps: sweeps.map((sweep) => observeSweep(sweep, object)),
    now,
  };
}

/** What the cache has, and each Sweep that the status speaks of and the cache has not seen: it may lag behind what was just made. */
async function observe({ metadata: { namespace = "" }, status = {} }: CronSweepObject, { client, caches }: CronSweepDeps): Promise<SweepObject[]> {
  const cached = caches.sweepsOf(namespace);
  const expected = new Set([...(status.active ?? []), ...(status.starting ?? []).map(({ name }) => name)]);
  for (const { metadata } of cached) expected.delete(metadata.name);
  const asked = await Promise.all([...expected].map((name) => client.get(SWEEPS, { namespace, name })));
  return [...cached, ...asked.filter((sweep) => sweep !== null)];
}

/** Only where it says something else, and only over the version that was read. @returns what stands now */
async function write(cronSweep: CronSweepObject, decided: CronSweepStatus, { client }: CronSweepDeps): Promise<CronSweepObject> {
  // Without the fields that are undefined: the server knows none.
  const status = JSON.parse(JSON.stringify(decided)) as CronSweepStatus;
  return isDeepStrictEqual(cronSweep.status, status) ? cronSweep : client.replaceStatus(CRON_SWEEPS, { ...cronSweep, status });
}

/** @returns false where a name was there already, ours or somebody's */
async function make(cronSweep: CronSweepObject, names: readonly string[], { client, recordEvent }: CronSweepDeps): Promise<boolean> {
  let isEachMade = true;
  for (const starting of cronSweep.status?.starting?.filter(({ name }) => names.includes(name)) ?? []) {
    const { name, window, by } = starting;
    try {
      await client.create(SWEEPS, draftSweep(starting, cronSweep));
      recordEvent(cronSweep, { type: "Normal", reason: CRON_REASON.began, message: `${name} begins for the window ${window}, asked for by the ${by}.` });
    } catch (error) {
      if (isAlreadyExists(error)) isEachMade = false;
      else throw whyNotMade(error, name, cronSweep, recordEvent);
    }
  }
  return isEachMade;
}

/** A quota or a policy refuses it: a person should know, and it is tried again. */
function whyNotMade(error: unknown, name: string, cronSweep: CronSweepObject, recordEvent: CronSweepDeps["recordEvent"]): unknown {
  if (error instanceof ApiError) recordEvent(cronSweep, { type: "Warning", reason: CRON_REASON.notMade, message: `${name} cannot be made: ${error.message}` });
  return error;
}

/** Only after what they told is written. */
async function remove({ metadata }: CronSweepObject, sweeps: readonly { readonly name: string; readonly uid: string }[], { client }: CronSweepDeps): Promise<void> {
  for (const { name, uid } of sweeps) await client.delete(SWEEPS, { ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }), name }, { uid });
}

/** A Sweep as its CronSweep, or another one of the namespace, sees it. */
export function observeSweep(sweep: SweepObject, cronSweep: CronSweepObject): ObservedSweep {
  const { metadata, spec, status = {} } = sweep;
  const made = momentOf(metadata.creationTimestamp) ?? 0;
  const beganAt = momentOf(status.startedAt) ?? made;
  return {
    name: metadata.name,
    uid: metadata.uid,
    isOwn: isOwn(sweep, cronSweep),
    isOfCronSweep: spec.cronSweepRef?.name === cronSweep.metadata.name,
    dataset: status.dataset ?? spec.dataset ?? null,
    everySeconds: spec.window.every === undefined ? null : parseDuration(spec.window.every),
    windowStart: parseMoment(spec.window.start),
    beganAt,
    ...stateOf(sweep, beganAt),
  };
}

function isOwn({ metadata }: SweepObject, cronSweep: CronSweepObject): boolean {
  return (metadata.ownerReferences ?? []).some(({ controller, uid }) => controller === true && uid === cronSweep.metadata.uid);
}

function stateOf({ status = {} }: SweepObject, beganAt: EpochSeconds): Pick<ObservedSweep, "state" | "endedAt"> {
  const { phase, verdict, finishedAt, conditions = [] } = status;
  if (phase !== undefined && isFinished(phase)) return { state: phase === "Failed" ? "incomplete" : (verdict ?? "incomplete"), endedAt: momentOf(finishedAt) ?? beganAt };
  const isRefused = conditions.some(({ type, status: holds }) => type === "Accepted" && holds === "False");
  return { state: isRefused ? "refused" : "running", endedAt: null };
}

/** Times of the API may have parts of a second. */
function momentOf(text: string | undefined): EpochSeconds | null {
  const milliseconds = Date.parse(text ?? "");
  return Number.isNaN(milliseconds) ? null : Math.floor(milliseconds / 1000);
}

/** The label of a Sweep that a CronSweep made: its name. */
export const CRON_SWEEP_LABEL = "sluice.dev/cronsweep";

/**
 * The Sweep as it is made. Nothing is copied from the CronSweep: its labels and annotations may be those by which Argo CD or Flux know
 * what they keep, and a Sweep that bore them would be removed as one that is not in Git. Of the spec neither: what the CronSweep says and
 * what its provider presets is read when the Sweep is accepted.
 */
export function draftSweep({ name, window }: StartingSweep, { metadata }: CronSweepObject): Draft<SweepObject> {
  return {
    metadata: {
      name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels: { "app.kubernetes.io/name": "sluice", "app.kubernetes.io/component": "sweep", "app.kubernetes.io/managed-by": "sluice", [CRON_SWEEP_LABEL]: metadata.name },
      // Blocking the owner's deletion would need the right to set finalizers on it.
      ownerReferences: [{ apiVersion: API_VERSION, kind: "CronSweep", name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: false }],
    },
    spec: { cronSweepRef: { name: metadata.name }, window: { start: window } } as SweepObject["spec"],
  };
}
