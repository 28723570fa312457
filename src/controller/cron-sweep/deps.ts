import type { KubeClient } from "../../kube/client.ts";
import type { Clock } from "../../model/clock.ts";
import type { ObjectEvent } from "../../model/event.ts";
import type { Provider } from "../../providers/provider.ts";
import type { CronSweepObject, SweepObject } from "../resources.ts";

/** What the reconciler of CronSweeps reads and writes with. */
export interface CronSweepDeps {
  readonly client: Pick<KubeClient, "get" | "create" | "replaceStatus" | "delete">;
  readonly caches: {
    /** The cached Sweeps of a namespace, with those that no CronSweep created. */
    sweepsOf(namespace: string): readonly SweepObject[];
  };
  readonly providers: readonly Provider[];
  readonly clock: Pick<Clock, "now">;
  /** Called only after the write that the event reports has succeeded. */
  readonly recordEvent: (cronSweep: CronSweepObject, event: ObjectEvent) => void;
}
