import { formatMoment } from "../model/moment.ts";
import type { Window } from "../model/window.ts";

/**
 * The name of a CronSweep's Sweep for a window: a function of both and of the turn, so that making it twice is a conflict and not a second one.
 * ripestat-daily-20261120, or ripestat-daily-20261120t0600 where windows are not days; from the second sweep of a window on with its turn,
 * ripestat-daily-20261120-2. So 34 characters of a CronSweep's name, and 999 turns, fit into the 52 that a Sweep's name may have.
 */
export function sweepName(cronSweep: string, window: Window, turn = 1): string {
  const [day, hours = ""] = formatMoment(window.start).split("T");
  // Windows begin at whole minutes.
  const start = `${day!.replaceAll("-", "")}${hours === "" ? "" : `t${hours.slice(0, 5).replace(":", "")}`}`;
  return `${cronSweep}-${start}${turn === 1 ? "" : `-${turn}`}`;
}
