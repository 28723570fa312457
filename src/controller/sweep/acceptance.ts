import { whyNotAskable } from "../../decide/grid.ts";
import { REASON, SWEEP_REASON } from "../../decide/reasons.ts";
import { type Blocker, refusedConditions } from "../../decide/sweep/conditions.ts";
import { shownMessage } from "../../model/condition.ts";
import type { ObjectEvent } from "../../model/event.ts";
import type { PreparePlace } from "../../model/message.ts";
import { isoOf } from "../../model/moment.ts";
import { parseDuration, parseMemory } from "../../model/quantity.ts";
import type { ResolvedSpec } from "../../model/resolved.ts";
import type { Sweep } from "../../model/schema/sweep.ts";
import type { FrozenPods, SecretKey } from "../../model/sweep-object.ts";
import type { PrepareTask } from "../../model/tasks.ts";
import type { EpochSeconds } from "../../model/window.ts";
import type { FilledSpec } from "../../providers/fill.ts";
import type { Provider } from "../../providers/provider.ts";
import { PROVIDERS } from "../../providers/registry.ts";
import { acceptSweep, type AcceptedObject } from "../accept.ts";
import { podDeadline, taskProblem } from "../job/job.ts";
import { CONFIRM_RETENTION_ANNOTATION, type CronSweepObject, type SweepObject, CRON_SWEEPS, SWEEPS } from "../resources.ts";
import type { SweepDeps } from "./deps.ts";
import { type AcceptedSweep, initialStatus, statusDiffers, writeStatus } from "./status.ts";

/** What an accepted Sweep starts from, or why it is refused. */
export type SweepAcceptance =
  | { readonly accepted: AcceptedSweep; readonly spec: ResolvedSpec; /** Null where nobody has confirmed one. */ readonly confirmedRetentionSeconds: number | null; readonly warnings: readonly string[] }
  | { readonly refused: Blocker; /** Seconds after which time alone may have solved it; null where the Sweep has to change. */ readonly requeueAfterSeconds: number | null };

/** @param cronSweep the one that the Sweep names, just read; null where it names none or there is none */
export function acceptanceOf(sweep: SweepObject, cronSweep: CronSweepObject | null, image: string, providers: readonly Provider[], now: EpochSeconds): SweepAcceptance {
  const acceptance = acceptSweep(sweep, cronSweep, providers, now);
  if ("problems" in acceptance) {
    const isMissing = sweep.spec.cronSweepRef !== undefined && cronSweep === null;
    return { refused: { reason: isMissing ? SWEEP_REASON.cronSweepNotFound : SWEEP_REASON.invalid, message: acceptance.problems.join("; ") }, requeueAfterSeconds: null };
  }
  const { spec, warnings, firstData } = acceptance;
  const unaskable = whyNotAskable(spec.window, { ...spec, firstData, now });
  if (unaskable !== null) {
    const seconds = spec.window.end + spec.grid.settleSeconds - now;
    return { refused: { reason: SWEEP_REASON.notAskable, message: `spec.window.start: ${unaskable}` }, requeueAfterSeconds: seconds > 0 ? seconds : null };
  }
  return { accepted: { dataset: spec.dataset, window: spec.window, frozen: freezePods(acceptance, image) }, spec, confirmedRetentionSeconds: confirmedRetention(sweep, cronSweep), warnings };
}

function confirmedRetention(sweep: SweepObject, cronSweep: CronSweepObject | null): number | null {
  return parseDuration((sweep.metadata.annotations ?? {})[CONFIRM_RETENTION_ANNOTATION] ?? (cronSweep?.metadata.annotations ?? {})[CONFIRM_RETENTION_ANNOTATION] ?? "");
}

/**
 * Accepts a Sweep on its first reconcile, which freezes what its pods are made from; that is written together with the first status of
 * its flow. A refused Sweep gets a condition, and then waits until it changes or the CronSweep that it names appears.
 */
export async function acceptOrRefuse(sweep: SweepObject, deps: SweepDeps): Promise<{ readonly sweep: SweepObject; /** To be recorded once the status is written. */ readonly warnings: readonly ObjectEvent[] } | { readonly requeueAfterSeconds: number | null }> {
  if (sweep.status?.frozen !== undefined) return { sweep, warnings: [] };
  const acceptance = await readAcceptance(sweep, deps);
  if (acceptance === null) return { requeueAfterSeconds: null };
  if ("refused" in acceptance) {
    await refuse(sweep, acceptance, deps);
    return { requeueAfterSeconds: acceptance.requeueAfterSeconds };
  }
  const warnings = acceptance.warnings.map((message): ObjectEvent => ({ type: "Warning", reason: REASON.noted, message }));
  return { sweep: { ...sweep, status: initialStatus(acceptance.accepted, deps.clock.now()) }, warnings };
}

/**
 * Reads the Sweep from the API server, since the cache keeps only a part, and its CronSweep, since the cache may not have one yet that was
 * created together with the Sweep. Null where the Sweep is gone.
 */
async function readAcceptance({ metadata }: SweepObject, { client, clock, workers }: SweepDeps): Promise<SweepAcceptance | null> {
  const { namespace, uid } = metadata;
  const sweep = await client.get(SWEEPS, metadata);
  if (sweep?.metadata.uid !== uid) return null;
  const named = sweep.spec.cronSweepRef;
  const cronSweep: CronSweepObject | null = named === undefined ? null : await client.get(CRON_SWEEPS, { ...(namespace === undefined ? {} : { namespace }), name: named.name });
  return acceptanceOf(sweep, cronSweep, workers.image, PROVIDERS, Math.floor(clock.now() / 1000));
}

async function refuse(sweep: SweepObject, { refused }: Extract<SweepAcceptance, { refused: object }>, deps: SweepDeps): Promise<void> {
  const before = sweep.status ?? {};
  const generation = sweep.metadata.generation ?? 0;
  const conditions = refusedConditions(before.conditions ?? [], refused, generation, isoOf(deps.clock.now() / 1000));
  const after = { ...before, observedGeneration: generation, phase: refused.reason === SWEEP_REASON.invalid ? ("Invalid" as const) : ("Pending" as const), waiting: shownMessage(refused.message), conditions };
  if (!statusDiffers(before, after)) return;
  deps.recordEvent(await writeStatus(sweep, after, deps), { type: "Warning", ...refused });
}

/** What a sweep's pods are made from, whatever happens to the CronSweep and to this controller afterwards. */
export function freezePods({ filled, spec }: Pick<AcceptedObject<Sweep>, "filled" | "spec">, image: string): FrozenPods {
  const { targets, store, batch } = filled;
  return {
    image,
    passes: spec.done.passes,
    pods: spec.batch.pods,
    memoryBytes: spec.batch.memoryBytes,
    prepareMemoryBytes: parseMemory(filled.prepare.memory)!,
    deadlineSeconds: podDeadline(spec),
    database: store.secretRef,
    ...(store.caRef === undefined ? {} : { databaseCa: store.caRef }),
    headers: headerSecrets(filled),
    ...(targets.configMap === undefined ? {} : { configMap: targets.configMap }),
    ...(batch.podTemplate === undefined ? {} : { podTemplate: batch.podTemplate }),
  };
}

/** Each key once, in the order of the headers. */
function headerSecrets({ request }: FilledSpec): SecretKey[] {
  const keys = Object.values(request.headers ?? {}).flatMap(({ valueFrom }) => (valueFrom === undefined ? [] : [valueFrom.secretKeyRef]));
  return keys.filter(({ name, key }, index) => keys.findIndex((other) => other.name === name && other.key === key) === index);
}

/** The task of a prepare. Once one prepare has succeeded the spec is frozen in Postgres, so a source that is gone or wrong by then does not matter. */
export async function taskFor(sweep: SweepObject, place: PreparePlace, deps: SweepDeps): Promise<PrepareTask | { readonly blocker: Blocker }> {
  const { uid, namespace = "default", name } = sweep.metadata;
  const task: PrepareTask = { identity: { uid, namespace, name }, place };
  const acceptance = await readAcceptance(sweep, deps);
  if (acceptance === null) throw new Error(`the Sweep ${name} is gone`);
  if ("accepted" in acceptance) {
    const { spec, confirmedRetentionSeconds } = acceptance;
    const whole = { ...task, spec, ...(confirmedRetentionSeconds === null ? {} : { confirmedRetentionSeconds }) };
    const problem = taskProblem(whole);
    return problem === null ? whole : { blocker: { reason: SWEEP_REASON.invalid, message: problem } };
  }
  return (sweep.status?.flow?.pass ?? 0) > 0 ? task : { blocker: acceptance.refused };
}
