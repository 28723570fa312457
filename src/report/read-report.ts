import type { EpochSeconds, Window } from "../model/window.ts";
import type { Database } from "../store/database.ts";
import { readDurations, readSizes } from "./distributions.ts";
import { readLargest } from "./largest.ts";
import { nearestToLimit, readMemory } from "./memory.ts";
import { readPasses } from "./passes.ts";
import type { Reader, Subject } from "./reader.ts";
import type { ReportData, SweepReport } from "./report-data.ts";
import { readSums, readSweeps, readUnsettledOfSelected, type SweepFacts } from "./sweeps.ts";
import { readTimeline } from "./timeline.ts";
import { readUnsettled } from "./unsettled.ts";
import { readUpdatesOverTime } from "./updates-over-time.ts";
import { readVerdict } from "./verdict.ts";

/** A sweep of 80,000 targets is read within seconds; a database that is busy with one takes longer. */
const TIMEOUT_SECONDS = 300;
/** Sweeps with charts of their own. */
const MOST_SWEEPS = 8;

export interface ReportWish {
  readonly dataset: { readonly id: Subject["datasetId"]; readonly name: string };
  readonly window: Window;
  readonly now: EpochSeconds;
  readonly version: string;
}

/** Reads all that a report tells from one snapshot of the database, in a transaction that can write nothing. */
export async function readReport(db: Database, { dataset, window, now, version }: ReportWish): Promise<ReportData> {
  const subject: Subject = { datasetId: dataset.id, windowStart: window.start };
  return db.transaction(
    async (tx) => {
      await tx.query("set transaction isolation level repeatable read, read only");
      // The planner takes an array of 80,000 targets for a short one, and would walk all results for each of them.
      await tx.query("set local enable_nestloop = off");
      await tx.query("set local jit = off");
      const isMeasured = await hasSamples(tx);
      const { sweeps, older, idle } = await readSweeps(tx, subject, MOST_SWEEPS);
      const told: SweepReport[] = [];
      for (const [index, sweep] of sweeps.entries()) told.unshift(await readSweepReport(tx, sweep, isMeasured, index === 0));
      return {
        dataset: dataset.name,
        window,
        madeAt: now,
        version,
        isMeasured,
        verdict: await readVerdict(tx, subject),
        sweeps: told,
        olderSweeps: older,
        idleSweeps: idle,
        durations: await readDurations(tx, subject),
        sizes: await readSizes(tx, subject),
        largest: await readLargest(tx, subject),
        unsettled: await readUnsettled(tx, subject),
        updates: await readUpdatesOverTime(tx, subject, window),
      };
    },
    // Recording a commit would write.
    { timeoutSeconds: TIMEOUT_SECONDS, recorded: false },
  );
}

async function readSweepReport(on: Reader, facts: SweepFacts, isMeasured: boolean, isNewest: boolean): Promise<SweepReport> {
  const { unsettledAtItsEnd, ...sweep } = facts;
  const sums = isMeasured ? await readSums(on, sweep.uid) : null;
  const memory = isMeasured ? await readMemory(on, sweep.uid, sweep.batches) : [];
  // What a sweep left is told by what stands now only as long as no later one has asked again.
  const left = isNewest && sweep.selected !== null ? await readUnsettledOfSelected(on, sweep.uid) : unsettledAtItsEnd;
  return {
    ...sweep,
    sums,
    timeline: sums === null ? null : await readTimeline(on, sweep.uid, sums),
    memory,
    nearestToLimit: nearestToLimit(memory),
    passes: await readPasses(on, sweep.uid, isMeasured, left),
  };
}

/** Migration 2 brings them, with batches.out_of_memory. */
async function hasSamples(on: Reader): Promise<boolean> {
  const [row] = await on.query<{ has: boolean }>("select to_regclass('sluice.samples') is not null as has");
  return row!.has;
}
