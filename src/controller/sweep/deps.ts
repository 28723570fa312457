import type { KubeClient } from "../../kube/client.ts";
import type { ObjectKey, Job, Pod } from "../../kube/object.ts";
import type { Clock } from "../../model/clock.ts";
import type { ObjectEvent } from "../../model/event.ts";
import type { Log } from "../../model/log.ts";
import type { WorkerSettings } from "../job/settings.ts";
import type { CronSweepObject, SweepObject } from "../resources.ts";
import type { Expectations } from "./expectations.ts";

/** What was seen last of the world around a Sweep. */
export interface SweepCaches {
  /** Jobs that are a sweep's own, by its uid. */
  jobsOf(sweepUid: string): readonly Job[];
  /** The pods of a Job, by its uid. */
  podsOf(jobUid: string): readonly Pod[];
  cronSweep(key: ObjectKey): CronSweepObject | null;
}

/** All that the reconciler of Sweeps reads and writes with. */
export interface SweepDeps {
  readonly client: KubeClient;
  readonly caches: SweepCaches;
  readonly expectations: Expectations;
  readonly clock: Clock;
  /** Of this installation; the image only until a Sweep is accepted. */
  readonly workers: WorkerSettings;
  /** Called after the write that it tells of. */
  readonly tell: (sweep: SweepObject, telling: ObjectEvent) => void;
  readonly log: Log;
}
