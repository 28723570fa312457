import { acceptCronSweep, type AcceptedObject } from "../controller/accept.ts";
import type { CronSweepObject } from "../controller/resources.ts";
import { SpecError } from "../model/errors.ts";
import type { CronSweep } from "../model/schema/cron-sweep.ts";
import type { EpochSeconds } from "../model/window.ts";
import { PROVIDERS } from "../providers/registry.ts";

/** A CronSweep as the controller reads it. @throws SpecError with every problem where the controller would refuse it */
export function acceptedCronSweep(object: CronSweepObject, now: EpochSeconds): AcceptedObject<CronSweep> {
  const accepted = acceptCronSweep(object, PROVIDERS, now);
  if (!("problems" in accepted)) return accepted;
  throw new SpecError([`invalid CronSweep ${object.metadata.name}:`, ...accepted.problems].join("\n"));
}
