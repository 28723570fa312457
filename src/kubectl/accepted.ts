import { acceptCronSweep, isRefused } from "../controller/accept.ts";
import type { CronSweepObject } from "../controller/resources.ts";
import { SpecError } from "../model/errors.ts";
import type { CronSweep } from "../model/schema/cron-sweep.ts";
import type { EpochSeconds } from "../model/window.ts";
import { PROVIDERS } from "../providers/registry.ts";

/** What the controller reads in it. @throws SpecError where it would refuse it, with the sentences of `sluice validate` */
export function acceptedCronSweep(object: CronSweepObject, now: EpochSeconds): CronSweep {
  const acceptance = acceptCronSweep(object, PROVIDERS, now);
  if (!isRefused(acceptance)) return acceptance.document;
  throw new SpecError([`the CronSweep ${object.metadata.name} is wrong:`, ...acceptance.problems].join("\n"));
}
