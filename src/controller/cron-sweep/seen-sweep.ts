import type { SeenSweep } from "../../decide/seen-sweep.ts";
import { parseMoment } from "../../model/moment.ts";
import { parseDuration } from "../../model/quantity.ts";
import { isFinished } from "../../model/sweep.ts";
import type { EpochSeconds } from "../../model/window.ts";
import type { CronSweepObject, SweepObject } from "../resources.ts";

/** A Sweep as its CronSweep, or another one of the namespace, sees it. */
export function seenSweep(sweep: SweepObject, cronSweep: CronSweepObject): SeenSweep {
  const { metadata, spec, status = {} } = sweep;
  const made = momentOf(metadata.creationTimestamp) ?? 0;
  const beganAt = momentOf(status.startedAt) ?? made;
  return {
    name: metadata.name,
    uid: metadata.uid,
    isOwn: isOwn(sweep, cronSweep),
    isOfCronSweep: spec.cronSweepRef?.name === cronSweep.metadata.name,
    dataset: status.dataset ?? spec.dataset ?? null,
    everySeconds: spec.window.every === undefined ? null : parseDuration(spec.window.every),
    windowStart: parseMoment(spec.window.start),
    beganAt,
    ...stateOf(sweep, beganAt),
  };
}

function isOwn({ metadata }: SweepObject, cronSweep: CronSweepObject): boolean {
  return (metadata.ownerReferences ?? []).some(({ controller, uid }) => controller === true && uid === cronSweep.metadata.uid);
}

function stateOf({ status = {} }: SweepObject, beganAt: EpochSeconds): Pick<SeenSweep, "state" | "endedAt"> {
  const { phase, verdict, finishedAt, conditions = [] } = status;
  if (phase !== undefined && isFinished(phase)) return { state: phase === "Failed" ? "incomplete" : (verdict ?? "incomplete"), endedAt: momentOf(finishedAt) ?? beganAt };
  const isRefused = conditions.some(({ type, status: holds }) => type === "Accepted" && holds === "False");
  return { state: isRefused ? "refused" : "running", endedAt: null };
}

/** Times of the API may have parts of a second. */
function momentOf(text: string | undefined): EpochSeconds | null {
  const milliseconds = Date.parse(text ?? "");
  return Number.isNaN(milliseconds) ? null : Math.floor(milliseconds / 1000);
}
