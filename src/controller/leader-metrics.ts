import { readRuns } from "../decide/cron-sweep/window-runs.ts";
import { readFlow, type FlowSnapshot, reportedSweeps } from "../metrics/read-flow.ts";
import type { LeaderSnapshot, CronSweepSnapshot, DatasetSnapshot, SweepSnapshot } from "../metrics/snapshot.ts";
import { PHASES } from "../metrics/label-values.ts";
import { parseMoment } from "../model/moment.ts";
import { parseDuration } from "../model/quantity.ts";
import { isFinished } from "../model/sweep.ts";
import type { EpochSeconds } from "../model/window.ts";
import type { Caches } from "./caches.ts";
import { type CronSweepObject, PAUSED_ANNOTATION, type SweepObject } from "./resources.ts";
import { estimateProgress } from "./sweep/status.ts";

type ObservedCaches = Pick<Caches, "sweeps" | "cronSweeps" | "sweepsOf" | "cronSweep">;

/** What the leader's metrics say, from statuses alone: the numbers are the same after a restart or with another leader. */
export function leaderSnapshot(caches: ObservedCaches, nowMilliseconds: number): LeaderSnapshot {
  const now = nowMilliseconds / 1000;
  const sweeps = caches.sweeps.list();
  return {
    phases: phasesOf(sweeps),
    sweeps: reportedSweeps(sweeps.map((sweep) => ({ sweep, ...datesOf(sweep) })), now).map(({ sweep }) => sweepSnapshot(sweep, cronSweepOf(sweep, caches), now)),
    cronSweeps: caches.cronSweeps.list().flatMap((cronSweep) => cronSweepSnapshots(cronSweep, caches.sweepsOf(cronSweep.metadata.namespace ?? ""))),
    datasets: datasetsOf(sweeps),
  };
}

function phasesOf(sweeps: readonly SweepObject[]): Record<string, number> {
  const counts = Object.fromEntries(PHASES.map((phase) => [phase, 0]));
  for (const sweep of sweeps) counts[phaseOf(sweep)] = (counts[phaseOf(sweep)] ?? 0) + 1;
  return counts;
}

function phaseOf({ status }: SweepObject): NonNullable<NonNullable<SweepObject["status"]>["phase"]> {
  return status?.phase ?? "Pending";
}

function datesOf(sweep: SweepObject): Pick<SweepSnapshot, "isOver" | "startedAt" | "finishedAt"> {
  return { isOver: isFinished(phaseOf(sweep)), startedAt: timeOf(sweep.status?.startedAt), finishedAt: timeOf(sweep.status?.finishedAt) };
}

function cronSweepOf({ metadata: { namespace }, spec: { cronSweepRef } }: SweepObject, caches: ObservedCaches): CronSweepObject | null {
  return cronSweepRef === undefined || namespace === undefined ? null : caches.cronSweep({ namespace, name: cronSweepRef.name });
}

function sweepSnapshot(sweep: SweepObject, cronSweep: CronSweepObject | null, now: EpochSeconds): SweepSnapshot {
  const { metadata, spec, status = {} } = sweep;
  const flow = readFlow(status.flow);
  return {
    // Until the Sweep is accepted its dataset is a guess: the most likely one, so that the label does not change afterwards.
    dataset: status.dataset ?? spec.dataset ?? cronSweep?.status?.dataset ?? `${metadata.namespace ?? "default"}/${spec.cronSweepRef?.name ?? metadata.name}`,
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    window: status.window ?? spec.window.start,
    phase: phaseOf(sweep),
    ...datesOf(sweep),
    secondsLeft: phaseOf(sweep) === "Running" && flow !== null ? secondsLeft(flow, timeOf(status.roundStartedAt), now) : null,
    memoryBytes: status.frozen?.memoryBytes ?? 0,
    blocked: blockedBy(status),
    flow,
  };
}

function secondsLeft(flow: FlowSnapshot, roundStartedAt: EpochSeconds | null, now: EpochSeconds): number | null {
  return estimateProgress(flow, roundStartedAt === null ? null : now - roundStartedAt).secondsLeft;
}

/** A refused Sweep has the reason in its condition Accepted. */
function blockedBy({ conditions = [] }: NonNullable<SweepObject["status"]>): string | null {
  const by = conditions.find(({ type, status }) => (type === "Blocked" && status === "True") || (type === "Accepted" && status === "False"));
  return by?.reason ?? null;
}

/** Empty before its first reconcile: its dataset is not known yet. */
function cronSweepSnapshots({ metadata, spec, status }: CronSweepObject, sweeps: readonly SweepObject[]): CronSweepSnapshot[] {
  if (status?.dataset === undefined) return [];
  const { dataset, newestWindow, newestState } = status;
  const everySeconds = parseDuration(status.every ?? "");
  const start = parseMoment(newestWindow ?? "");
  return [
    {
      dataset,
      namespace: metadata.namespace ?? "",
      name: metadata.name,
      everySeconds,
      windows: everySeconds === null ? [] : readRuns(status.windows ?? [], everySeconds),
      newest: start === null ? null : { start, state: newestState ?? "" },
      newestTotals: newestTotals(sweeps.filter((sweep) => newestWindow !== undefined && sweep.status?.dataset === dataset && sweep.status.window === newestWindow)),
      nextRun: timeOf(status.nextRun),
      lastSuccess: timeOf(status.lastSuccess),
      windowsToCatchUp: status.windowsToCatchUp ?? 0,
      windowsMissed: status.windowsMissed ?? 0,
      isSuspended: (spec.suspend as boolean | undefined) === true || metadata.annotations?.[PAUSED_ANNOTATION] === "true",
    },
  ];
}

/** A sweep that has just started has no totals yet, so those of the sweep before it count. */
function newestTotals(sweeps: readonly SweepObject[]): FlowSnapshot["totals"] {
  return newestFirst(sweeps).map(({ status }) => readFlow(status?.flow)?.totals ?? null).find((totals) => totals !== null) ?? null;
}

/** What the newest sweep of each dataset found in its database. */
function datasetsOf(sweeps: readonly SweepObject[]): DatasetSnapshot[] {
  const found = new Map<string, DatasetSnapshot>();
  for (const { status } of newestFirst(sweeps.filter(({ status }) => status?.flow?.database !== undefined))) {
    const { dataset } = status!;
    const database = readFlow(status!.flow)?.database ?? null;
    if (dataset !== undefined && database !== null && !found.has(dataset)) found.set(dataset, { dataset, ...database });
  }
  return [...found.values()];
}

function newestFirst(sweeps: readonly SweepObject[]): SweepObject[] {
  return sweeps.toSorted((one, other) => (timeOf(other.status?.startedAt) ?? 0) - (timeOf(one.status?.startedAt) ?? 0));
}

function timeOf(text: string | undefined): EpochSeconds | null {
  const milliseconds = Date.parse(text ?? "");
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}
