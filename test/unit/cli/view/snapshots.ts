import type { Snapshot } from "../../../../src/cli/view/snapshot.ts";
import { MiB } from "../../decide/builders.ts";

/** A sweep of 3,000 targets in the middle of its first pass. */
export function aSnapshot(fields: Partial<Snapshot> = {}): Snapshot {
  return {
    at: 10_000,
    phase: "Running",
    pass: 1,
    settled: 1833,
    targets: 3000,
    selectedFrom: null,
    requests: 1900,
    retries: 41,
    textBytes: 210e6,
    wireBytes: 21e6,
    rows: 104_865,
    inFlight: 16,
    limit: 16,
    batches: [
      { batch: 14, peakBytes: 44 * MiB, limitBytes: 128 * MiB },
      { batch: 15, peakBytes: 51 * MiB, limitBytes: 128 * MiB },
    ],
    waitingFor: null,
    ...fields,
  };
}
