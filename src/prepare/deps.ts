import type { Clock } from "../model/clock.ts";
import type { Database } from "../store/database.ts";

/** What prepare needs of the machine it runs on. */
export interface PrepareDeps {
  readonly db: Database;
  readonly program: { readonly version: string };
  readonly clock: Clock;
  readonly random: () => number;
  /** A fresh UUID: the name under which this process holds slots. */
  readonly processId: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted when the process is asked to stop. */
  readonly signal: AbortSignal;
}
