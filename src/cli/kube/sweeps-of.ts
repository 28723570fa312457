import type { CronSweepObject, SweepObject } from "../../controller/resources.ts";
import { parseMoment } from "../../model/moment.ts";
import { isFinished } from "../../model/sweep.ts";
import type { Window } from "../../model/window.ts";

/** The Sweeps of a CronSweep, whoever made them. */
export function sweepsOf(cronSweep: string, sweeps: readonly SweepObject[]): SweepObject[] {
  return sweeps.filter(({ spec }) => spec.cronSweepRef?.name === cronSweep);
}

export function isOfWindow({ spec }: SweepObject, window: Pick<Window, "start">): boolean {
  return parseMoment(spec.window.start) === window.start;
}

/** Not finished, and not about to go. */
export function isUnderWay(sweep: SweepObject): boolean {
  const { status, metadata } = sweep;
  return metadata.deletionTimestamp === undefined && (status?.phase === undefined || !isFinished(status.phase)) && !isRefused(sweep);
}

/** The controller has looked at it, and will not begin. */
export function isRefused({ status }: SweepObject): boolean {
  return status?.conditions?.some(({ type, status: said }) => type === "Accepted" && said === "False") ?? false;
}

/** How many sweeps a window has had, as far as is known. */
export function turnsOf({ status }: CronSweepObject, { start }: Pick<Window, "start">): number {
  return status?.windows?.find(({ from, to }) => (parseMoment(from) ?? Infinity) <= start && start < (parseMoment(to) ?? 0))?.turns ?? 0;
}
