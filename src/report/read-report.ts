import type { EpochSeconds, Window } from "../model/window.ts";
import type { Database } from "../store/database.ts";
import { eachState } from "../store/settled.ts";
import { readDurations, readSizes, readUnsettled } from "./distributions.ts";
import { type Reader, type Subject, PLANNED_RESULTS } from "./reader.ts";
import type { ReportData, SweepReport, LargestTarget, BatchMemory, Pass, Verdict } from "./report-data.ts";
import { readSums, readSweeps, readUnsettledOfSelected, type SweepFacts } from "./sweeps.ts";
import { readTimeline } from "./timeline.ts";
import { readUpdatesOverTime } from "./updates-over-time.ts";

/** A sweep of 80,000 targets is read within seconds; a database that is busy with a sweep takes longer. */
const TIMEOUT_SECONDS = 300;
/** The most sweeps that a report shows. */
const MOST_SWEEPS = 8;

interface ReportWish {
  readonly dataset: { readonly id: Subject["datasetId"]; readonly name: string };
  readonly window: Window;
  readonly now: EpochSeconds;
  readonly version: string;
}

/** Reads the contents of a report from one snapshot of the database, in a read-only transaction. */
export async function readReport(db: Database, { dataset, window, now, version }: ReportWish): Promise<ReportData> {
  const subject: Subject = { datasetId: dataset.id, windowStart: window.start };
  return db.transaction(
    async (tx) => {
      await tx.query("set transaction isolation level repeatable read, read only");
      // The planner assumes that an array of 80,000 targets is short, and would scan all results for each of them.
      await tx.query("set local enable_nestloop = off");
      await tx.query("set local jit = off");
      const isMeasured = await hasSamples(tx);
      const { sweeps, older, idle } = await readSweeps(tx, subject, MOST_SWEEPS);
      const reports: SweepReport[] = [];
      for (const [index, sweep] of sweeps.entries()) reports.unshift(await readSweepReport(tx, sweep, isMeasured, index === 0));
      return {
        dataset: dataset.name,
        window,
        madeAt: now,
        version,
        isMeasured,
        verdict: await readVerdict(tx, subject),
        sweeps: reports,
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
  const { unsettledAtFinish, ...sweep } = facts;
  const sums = isMeasured ? await readSums(on, sweep.uid) : null;
  const memory = isMeasured ? await readMemory(on, sweep.uid, sweep.batches) : [];
  // The present results show what a sweep left only if no later sweep has asked again.
  const left = isNewest && sweep.selected !== null ? await readUnsettledOfSelected(on, sweep.uid) : unsettledAtFinish;
  return {
    ...sweep,
    sums,
    timeline: sums === null ? null : await readTimeline(on, sweep.uid, sums),
    memory,
    nearestToLimit: nearestToLimit(memory),
    passes: await readPasses(on, sweep.uid, isMeasured, left),
  };
}

/** Migration 2 adds them, together with batches.out_of_memory. */
async function hasSamples(on: Reader): Promise<boolean> {
  const [row] = await on.query<{ has: boolean }>("select to_regclass('sluice.samples') is not null as has");
  return row!.has;
}

const MOST_ANSWERS = 15;

/** The targets with the largest answers, the largest first. */
function readLargest(on: Reader, { datasetId, windowStart }: Subject): Promise<LargestTarget[]> {
  return on.query<LargestTarget>(
    `select t.name as target, l.state, l.bytes, l.updates, l.seconds, l.attempts
     from (select r.target_id, r.state, r.bytes, r.updates, r.attempts, extract(epoch from r.finished_at - r.started_at)::float8 as seconds
       from ${PLANNED_RESULTS} and r.bytes > 0 order by r.bytes desc, r.target_id limit ${MOST_ANSWERS}) l
     join sluice.targets t on t.id = l.target_id order by l.bytes desc, l.target_id`,
    [datasetId, windowStart],
  );
}

/** The most points that a chart of the page's width can show. */
const MOST_BATCHES = 1000;

/** The started batches, in order. If there are very many: each that ran out of memory, and of the others the largest of a few neighbours with the same limit. */
async function readMemory(on: Reader, uid: string, batches: number): Promise<BatchMemory[]> {
  return on.query<BatchMemory>(
    `select min(number) as batch, max(number) as "to", pass, memory_bytes as "limit", max(peak) as peak, bool_or(out_of_memory) as "outOfMemory"
     from sluice.batches b
     left join (select batch, max(anon_peak) as peak from sluice.samples where sweep_uid = $1 group by batch) s on s.batch = b.number
     where b.sweep_uid = $1 and b.incarnation > 0 and (peak is not null or out_of_memory)
     group by number / $2::int, pass, memory_bytes, case when out_of_memory then number end
     order by 1`,
    [uid, Math.max(1, Math.ceil(batches / MOST_BATCHES))],
  );
}

/** The batch closest to its limit, without those that ran out of memory: the report counts them separately. */
export function nearestToLimit(batches: readonly BatchMemory[]): SweepReport["nearestToLimit"] {
  let nearest: SweepReport["nearestToLimit"] = null;
  for (const { batch, peak, limit, outOfMemory } of batches) {
    if (peak === null || outOfMemory) continue;
    if (nearest === null || peak / limit > nearest.peak / nearest.limit) nearest = { batch, peak, limit };
  }
  return nearest;
}

/**
 * How many targets each pass of a sweep had to ask and how many it left: those of the next pass, and `leftAtTheEnd` after the
 * last. A pass that was interrupted by its environment is packed again in another round, from targets of the first round.
 */
async function readPasses(on: Reader, uid: string, isMeasured: boolean, leftAtTheEnd: number | null): Promise<Pass[]> {
  const rows = await on.query<Omit<Pass, "left">>(
    `select pass, (sum(cardinality(targets)) filter (where round = first_round))::int as asked, count(*) as batches,
       ${isMeasured ? "count(*) filter (where out_of_memory)" : "0"} as "outOfMemory",
       min(memory_bytes) as "smallestLimit", max(memory_bytes) as "largestLimit", extract(epoch from min(claimed_at))::float8 as began
     from (select b.*, min(round) over (partition by pass) as first_round from sluice.batches b where sweep_uid = $1) of_the_sweep
     group by pass order by pass`,
    [uid],
  );
  return rows.map((row, index) => ({ ...row, left: rows[index + 1]?.asked ?? leftAtTheEnd }));
}

/** Null for a window without a plan. */
async function readVerdict(on: Reader, { datasetId, windowStart }: Subject): Promise<Verdict | null> {
  const rows = await on.query<Verdict>(
    `select w.state, p.at_least as "atLeast", w.targets, w.settled, ${eachState((state) => `n.${state}`)}, w.updates
     from sluice.window_plans p
     join sluice.datasets d on d.id = p.dataset_id
     join sluice.windows w on w.dataset = d.name and w.window_start = p.window_start
     join sluice.window_totals n on n.dataset_id = p.dataset_id and n.window_start = p.window_start
     where p.dataset_id = $1 and p.window_start = to_timestamp($2)`,
    [datasetId, windowStart],
  );
  return rows[0] ?? null;
}
