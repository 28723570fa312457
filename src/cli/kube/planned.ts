import { cronPlanOf } from "../../controller/cron-sweep/cron-plan.ts";
import type { CronSweepObject, SweepObject } from "../../controller/resources.ts";
import { newestWindow, windowsBetween } from "../../decide/grid.ts";
import { tidyNames } from "../../decide/names.ts";
import { knownAt, readRuns } from "../../decide/window-runs.ts";
import { windowsDue } from "../../decide/windows-due.ts";
import { formatMoment } from "../../model/moment.ts";
import type { ResolvedSpec } from "../../model/resolved.ts";
import type { EpochSeconds } from "../../model/window.ts";
import { PROVIDERS } from "../../providers/registry.ts";
import type { WindowWish } from "../choose-windows.ts";
import type { PlannedSweep } from "../plan-sweep.ts";
import { counted } from "../../model/figures.ts";
import { isOfWindow } from "./sweeps-of.ts";

/** So many windows are planned one by one; what is older comes after them. */
const MOST_WINDOWS = 60;

/** The windows that the controller will have swept, as far as it knows of them: newest first. The newest, where nothing is to do. */
export function windowsToDo(cronSweep: CronSweepObject, now: EpochSeconds): WindowWish[] {
  const plan = cronPlanOf(cronSweep, PROVIDERS, now);
  if ("problems" in plan) return [];
  const known = readRuns(cronSweep.status?.windows ?? [], plan.grid.everySeconds);
  const createdAt = Date.parse(cronSweep.metadata.creationTimestamp ?? "") / 1000 || 0;
  const { due, since } = windowsDue({ ...plan, createdAt, now, known, running: [] });
  const newest = newestWindow(plan.grid, now);
  const looked = windowsBetween(plan.grid, Math.max(since, newest.start - MOST_WINDOWS * plan.grid.everySeconds), (due ?? newest).end).reverse();
  const open = looked.filter(({ start }) => knownAt(known, start)?.state !== "complete");
  return (open.length > 0 ? open : [newest]).map(({ start }) => ({ window: formatMoment(start) }));
}

/** A sweep of the window, by what the objects of the cluster say about its targets. */
export function plannedFrom(spec: ResolvedSpec, cronSweep: CronSweepObject | null, sweeps: readonly SweepObject[]): PlannedSweep {
  const { targets, note } = targetsOf(spec, sweeps);
  const isComplete = knownAt(readRuns(cronSweep?.status?.windows ?? [], spec.grid.everySeconds), spec.window.start)?.state === "complete";
  const last = newestOf(sweeps.filter((sweep) => isOfWindow(sweep, spec.window)));
  const settled = isComplete ? targets : (last?.status?.settled ?? null);
  return { spec, targets, settled, asked: Math.max(0, targets - (settled ?? 0)), notes: [note] };
}

function targetsOf({ targets, select }: ResolvedSpec, sweeps: readonly SweepObject[]): { readonly targets: number; readonly note: string } {
  if (select.narrow !== undefined) return { targets: select.narrow.length, note: "those that the Sweep names" };
  if (targets.from.kind === "list") return { targets: tidyNames(targets.from.list).names.length, note: "stands in the spec" };
  const last = newestOf(sweeps.filter(({ status }) => status?.targets !== undefined));
  if (last === undefined) return { targets: targets.atLeast, note: `not asked for: ${counted(targets.atLeast, "target", "targets")} is what targets.atLeast says` };
  return { targets: last.status!.targets!, note: `not asked for: so many were counted by ${last.metadata.name}` };
}

function newestOf(sweeps: readonly SweepObject[]): SweepObject | undefined {
  return sweeps.toSorted((one, other) => (one.metadata.creationTimestamp ?? "").localeCompare(other.metadata.creationTimestamp ?? "")).at(-1);
}
