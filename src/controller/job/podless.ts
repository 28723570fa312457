import type { Happening, Job } from "../../kube/resource.ts";
import type { EpochSeconds } from "../../model/window.ts";
import type { JobSight } from "./end.ts";
import { RUNNING } from "./pod-waiting.ts";
import { secondsSince, sentence, surroundingsEnd } from "./told.ts";

/** Kubernetes needs so long at the most to make a pod if nothing is in its way. */
const PATIENCE_SECONDS = 10;

/** Its controller may be away; then there is nothing to be read either. */
const ASK_EVERY_SECONDS = 30;

/** A Job that has not ended and has no pod. Only its events say what keeps it from getting one. */
export function lookAtPodless(job: Job, events: readonly Happening[] | null, now: EpochSeconds): JobSight {
  if (job.spec?.suspend === true) return { ...RUNNING, waitsFor: "The Job is suspended, and not by sluice." };
  const waited = secondsSince(job.metadata.creationTimestamp, now);
  if (waited < PATIENCE_SECONDS) return { ...RUNNING, again: PATIENCE_SECONDS - waited };
  if (events === null) return { ...RUNNING, askEvents: true };
  const last = events.filter(({ reason }) => reason === "FailedCreate" || reason === "SuccessfulCreate").toSorted(byTime).at(-1);
  if (last?.reason === "FailedCreate") return { kind: "ended", end: surroundingsEnd(refusal(last.message ?? "")) };
  return { ...RUNNING, again: ASK_EVERY_SECONDS };
}

function byTime(one: Happening, other: Happening): number {
  return timeOf(one) < timeOf(other) ? -1 : 1;
}

function timeOf({ lastTimestamp, eventTime, metadata }: Happening): string {
  return lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? "";
}

/** 'Error creating: pods "again-b3-x7k2f" is forbidden: exceeded quota: small, requested: …': without the pod's name, which is another at each try. */
function refusal(message: string): string {
  const why = message.replace(/^Error creating: /, "").replace(/^(?:Pod|pods) "[^"]*" is (?:forbidden|invalid): /, "");
  if (why.startsWith("exceeded quota") || why.startsWith("failed quota")) return `The namespace's quota refuses the pod${sentence(why)}`;
  if (why.startsWith("violates PodSecurity")) return `The namespace's Pod Security Standard refuses the pod${sentence(why)}`;
  return `Kubernetes refuses the pod${sentence(why)}`;
}
