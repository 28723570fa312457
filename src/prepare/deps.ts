import type { PatienceLimits } from "../batch/host-patience.ts";
import type { Clock } from "../model/clock.ts";
import type { Database } from "../store/database.ts";

/** What prepare needs from its process. */
export interface PrepareDeps {
  readonly db: Database;
  readonly program: { readonly version: string };
  readonly clock: Clock;
  readonly random: () => number;
  /** A fresh UUID: this process holds its slots under it. */
  readonly processId: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How long it waits for a host that it may not ask. */
  readonly patience: PatienceLimits;
  /** Aborted when the process is asked to stop. */
  readonly signal: AbortSignal;
}
