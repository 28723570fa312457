import type { CronSweepView } from "../../decide/cron-sweep/view.ts";
import type { CatchUp } from "../../decide/cron-sweep/windows-due.ts";
import { parseMoment } from "../../model/moment.ts";
import type { CronSweep } from "../../model/schema/cron-sweep.ts";
import type { EpochSeconds } from "../../model/window.ts";
import type { Provider } from "../../providers/provider.ts";
import { acceptCronSweep } from "../accept.ts";
import type { CronSweepObject } from "../resources.ts";

/** What an accepted CronSweep asks for, or the problems that `sluice validate` prints of it. */
export function cronPlanOf(object: CronSweepObject, providers: readonly Provider[], now: EpochSeconds): CronSweepView["plan"] {
  const acceptance = acceptCronSweep(object, providers, now);
  if ("problems" in acceptance) return { problems: acceptance.problems };
  const { document, spec, warnings, firstData } = acceptance;
  const { schedule, timeZone, catchUp, concurrencyPolicy, suspend, successfulSweepsHistoryLimit, failedSweepsHistoryLimit } = document.spec;
  return {
    schedule: { text: schedule, timeZone },
    catchUp: catchUpOf(catchUp),
    concurrencyPolicy,
    suspended: suspend,
    history: { successful: successfulSweepsHistoryLimit, failed: failedSweepsHistoryLimit },
    dataset: spec.dataset,
    grid: spec.grid,
    retentionSeconds: spec.retentionSeconds,
    firstData,
    warnings,
  };
}

function catchUpOf({ windows, since }: CronSweep["spec"]["catchUp"]): CatchUp {
  return since === undefined ? { windows: windows ?? 0 } : { since: parseMoment(since)! };
}
