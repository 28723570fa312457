import type { PreparePlace } from "./message.ts";
import type { ResolvedSpec } from "./resolved.ts";
import type { SweepIdentity } from "./sweep.ts";

/** What a prepare process is given: a JSON file, since a list of targets may be longer than an argument can be. */
export interface PrepareTask {
  readonly identity: SweepIdentity;
  /** Used by the first prepare only, which freezes it. Absent where it was frozen and what it was made from is gone since. */
  readonly spec?: ResolvedSpec;
  readonly place: PreparePlace;
}

/** What a batch process is given: two arguments. All else it reads from Postgres. */
export interface BatchTask {
  readonly uid: string;
  readonly batch: number;
}
