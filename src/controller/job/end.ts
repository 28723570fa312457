import type { Happening, Job, Pod } from "../../kube/resource.ts";
import type { JobEnd } from "../../model/sweep.ts";
import type { EpochSeconds } from "../../model/window.ts";

/** A Job as it was looked at. */
export type JobSight = { readonly kind: "ended"; readonly end: JobEnd } | StillOpen;

export interface StillOpen {
  readonly kind: "open";
  /** Seconds after which it is something else although nothing happens to it; null: whatever happens, the watch tells. */
  readonly again: number | null;
  /** Nobody knows why it has no pod: list the Job's events (involvedObject.uid) and look once more. */
  readonly askEvents: boolean;
  /** What keeps its pod from beginning, in a sentence; null where it runs or is about to. */
  readonly waitsFor: string | null;
}

/**
 * How a Job of ours ended, if it has.
 *
 * @param pods of the Job: one, or none before it is made and after it is gone
 * @param events of the Job; null where they were not asked
 */
export function endOf(_job: Job, _pods: readonly Pod[], _events: readonly Happening[] | null, _now: EpochSeconds): JobSight {
  return { kind: "open", again: null, askEvents: false, waitsFor: null };
}
