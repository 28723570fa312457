import type { KubeClient } from "../../kube/client.ts";
import type { ObjectKey, Job, Pod } from "../../kube/object.ts";
import type { Clock } from "../../model/clock.ts";
import type { ObjectEvent } from "../../model/event.ts";
import type { Log } from "../../model/log.ts";
import type { WorkerSettings } from "../job/settings.ts";
import type { CronSweepObject, SweepObject } from "../resources.ts";
import type { Expectations } from "./expectations.ts";
import type { LatestSweeps } from "./latest.ts";

/** What the watches saw last. */
export interface SweepCaches {
  /** A sweep's own Jobs, by its uid. */
  jobsOf(sweepUid: string): readonly Job[];
  /** A Job's pods, by its uid. */
  podsOf(jobUid: string): readonly Pod[];
  cronSweep(key: ObjectKey): CronSweepObject | null;
}

/** What the reconciler of Sweeps reads and writes with. */
export interface SweepDeps {
  readonly client: KubeClient;
  readonly caches: SweepCaches;
  readonly latest: LatestSweeps;
  readonly expectations: Expectations;
  readonly clock: Clock;
  /** The image in it counts only until a Sweep is accepted; then it is frozen. */
  readonly workers: WorkerSettings;
  /** Called only after the write that the event reports has succeeded. */
  readonly recordEvent: (sweep: SweepObject, event: ObjectEvent) => void;
  readonly log: Log;
}
