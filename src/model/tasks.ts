import type { PreparePlace } from "./message.ts";
import type { ResolvedSpec } from "./resolved.ts";
import type { SweepIdentity } from "./sweep.ts";

/** The input of a prepare process: a JSON file, since a list of targets may be too long for an argument. */
export interface PrepareTask {
  readonly identity: SweepIdentity;
  /** Only the first prepare needs it and freezes it. Absent if it is frozen and its source has been deleted since. */
  readonly spec?: ResolvedSpec;
  readonly place: PreparePlace;
  /** A retention that somebody has confirmed although it drops windows. Absent if there is none. */
  readonly confirmedRetentionSeconds?: number;
}

/** The two arguments of a batch process. It reads everything else from Postgres. */
export interface BatchTask {
  readonly uid: string;
  readonly batch: number;
}
