import { formatMoment } from "../model/moment.ts";
import type { Window } from "../model/window.ts";

/**
 * The name of a CronSweep's Sweep for a window: a function of both, so that making it twice is a conflict and not a second one.
 * ripestat-daily-20261120, or ripestat-daily-20261120t060000z where windows are not days.
 */
export function sweepName(cronSweep: string, window: Window): string {
  return `${cronSweep}-${formatMoment(window.start).replaceAll(/[-:]/g, "").toLowerCase()}`;
}
