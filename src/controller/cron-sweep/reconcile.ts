import { isDeepStrictEqual } from "node:util";
import { CRON_REASON } from "../../decide/cron-reasons.ts";
import { decideCronSweep } from "../../decide/cron-sweep.ts";
import type { CronSweepView } from "../../decide/cron-sweep-view.ts";
import { ApiError, isAlreadyThere } from "../../kube/api-error.ts";
import type { ObjectKey } from "../../kube/object.ts";
import type { Worked } from "../../kube/work-queue.ts";
import type { CronSweepStatus } from "../../model/sweep-object.ts";
import { CRON_SWEEPS, PAUSED_ANNOTATION, SWEEPS, TRIGGER_ANNOTATION, type CronSweepObject, type SweepObject } from "../resources.ts";
import { cronPlanOf } from "./cron-plan.ts";
import { draftSweep } from "./draft-sweep.ts";
import type { CronSweepHands } from "./hands.ts";
import { seenSweep } from "./seen-sweep.ts";

/** A Sweep whose name was there already is looked at in a moment, when it can be told whose it is. */
const LOOK_AT_NAMESAKE_SECONDS = 1;

/**
 * Brings one CronSweep a step on: observe → decide → write the status → make and remove Sweeps for the status just returned → tell.
 * Why in this order: decide/cron-sweep.ts. Whatever it throws brings the key again after a while, and loses and doubles nothing.
 * It is to be called when the CronSweep changes, or a Sweep that it owns or that names it.
 */
export async function reconcileCronSweep(key: ObjectKey, hands: CronSweepHands): Promise<Worked> {
  const found = await hands.client.get(CRON_SWEEPS, key);
  // What is being deleted takes its Sweeps with it, by their owner references.
  if (found === null || found.metadata.deletionTimestamp !== undefined) return {};
  const decision = decideCronSweep(viewOf(found, await observe(found, hands), hands));
  const cronSweep = await write(found, decision.status, hands);
  for (const event of decision.events) hands.tell(cronSweep, event);
  const isEachMade = await make(cronSweep, decision.make, hands);
  await remove(cronSweep, decision.remove, hands);
  const again = isEachMade ? decision.again : LOOK_AT_NAMESAKE_SECONDS;
  return again === null ? {} : { againAfterSeconds: again };
}

function viewOf(object: CronSweepObject, sweeps: readonly SweepObject[], { providers, clock }: CronSweepHands): CronSweepView {
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
    sweeps: sweeps.map((sweep) => seenSweep(sweep, object)),
    now,
  };
}

/** What the cache has, and each Sweep that the status speaks of and the cache has not seen: it may lag behind what was just made. */
async function observe({ metadata: { namespace = "" }, status = {} }: CronSweepObject, { client, caches }: CronSweepHands): Promise<SweepObject[]> {
  const cached = caches.sweepsOf(namespace);
  const expected = new Set([...(status.active ?? []), ...(status.starting ?? []).map(({ name }) => name)]);
  for (const { metadata } of cached) expected.delete(metadata.name);
  const asked = await Promise.all([...expected].map((name) => client.get(SWEEPS, { namespace, name })));
  return [...cached, ...asked.filter((sweep) => sweep !== null)];
}

/** Only where it says something else, and only over the version that was read. @returns what stands now */
async function write(cronSweep: CronSweepObject, decided: CronSweepStatus, { client }: CronSweepHands): Promise<CronSweepObject> {
  // Without the fields that are undefined: the server knows none.
  const status = JSON.parse(JSON.stringify(decided)) as CronSweepStatus;
  return isDeepStrictEqual(cronSweep.status, status) ? cronSweep : client.replaceStatus(CRON_SWEEPS, { ...cronSweep, status });
}

/** @returns false where a name was there already, ours or somebody's */
async function make(cronSweep: CronSweepObject, names: readonly string[], { client, tell }: CronSweepHands): Promise<boolean> {
  let isEachMade = true;
  for (const starting of cronSweep.status?.starting?.filter(({ name }) => names.includes(name)) ?? []) {
    const { name, window, by } = starting;
    try {
      await client.create(SWEEPS, draftSweep(starting, cronSweep));
      tell(cronSweep, { type: "Normal", reason: CRON_REASON.began, message: `${name} begins for the window ${window}, asked for by the ${by}.` });
    } catch (error) {
      if (isAlreadyThere(error)) isEachMade = false;
      else throw whyNotMade(error, name, cronSweep, tell);
    }
  }
  return isEachMade;
}

/** A quota or a policy refuses it: a person should know, and it is tried again. */
function whyNotMade(error: unknown, name: string, cronSweep: CronSweepObject, tell: CronSweepHands["tell"]): unknown {
  if (error instanceof ApiError) tell(cronSweep, { type: "Warning", reason: CRON_REASON.notMade, message: `${name} cannot be made: ${error.message}` });
  return error;
}

/** Only after what they told is written. */
async function remove({ metadata }: CronSweepObject, sweeps: readonly { readonly name: string; readonly uid: string }[], { client }: CronSweepHands): Promise<void> {
  for (const { name, uid } of sweeps) await client.delete(SWEEPS, { ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }), name }, { uid });
}
