import type { EpochSeconds } from "../model/window.ts";
import type { Database, Transaction } from "./database.ts";
import type { DatasetId } from "./datasets.ts";

/**
 * Whether this process may send the sweep's next canary: one process may, `everySeconds` after the last canary was taken.
 * Returns when it was taken, by the database's clock and with fractions, for canaryGood; null if it is not due.
 */
export async function takeCanary(db: Database, uid: string, everySeconds: number): Promise<EpochSeconds | null> {
  return db.transaction(async (tx) => {
    const rows = await tx.query<{ taken: number }>(
      `update sluice.sweeps set canary_taken_at = now()
       where uid = $1 and (canary_taken_at is null or canary_taken_at <= now() - $2 * interval '1 second')
       returning extract(epoch from canary_taken_at)::double precision as taken`,
      [uid, everySeconds],
    );
    return rows[0]?.taken ?? null;
  });
}

/** The canary taken at `startedAt` had data: empty answers before it, back to the last bad canary, are believed for good. */
export async function canaryGood(db: Database, uid: string, startedAt: EpochSeconds): Promise<void> {
  await db.query(
    `update sluice.sweeps set canary_good_at = greatest(canary_good_at, to_timestamp($2)), canary_ill = false,
       canary_well_at = case when canary_ill then to_timestamp($2) else canary_well_at end
     where uid = $1`,
    [uid, startedAt],
  );
}

/**
 * A canary had no data: this sweep's empty answers since the last good canary become suspect, and so do later ones until
 * the next good canary. Returns how many became suspect.
 */
export async function canaryBad(db: Database, uid: string): Promise<number> {
  return db.transaction(async (tx) => {
    // Waits for commits in progress, which hold the row by a key share; later commits see canary_ill.
    const [sweep] = await tx.query<{ dataset_id: number; window_start: Date }>("select dataset_id, window_start from sluice.sweeps where uid = $1 for update", [uid]);
    if (sweep === undefined) return 0;
    await tx.query("update sluice.sweeps set canary_ill = true where uid = $1", [uid]);
    const [row] = await tx.query<{ turned: number }>(
      `with turned as (
         update sluice.target_results r set state = 'suspect', error = 'quiet-host', detail = 'empty before a canary that had no data'
         from sluice.sweeps s
         where s.uid = $1 and r.dataset_id = $2 and r.window_start = $3 and r.sweep_uid = s.uid and r.state = 'empty'
           and r.committed_at >= coalesce(s.canary_good_at, '-infinity') returning 1
       ) select count(*) as turned from turned`,
      [uid, sweep.dataset_id, sweep.window_start],
    );
    return row!.turned;
  });
}

/** Names of the `n` targets with the most updates in the dataset's newest complete or usable window, largest first. */
export async function largestTargets(on: Pick<Transaction, "query">, datasetId: DatasetId, n: number): Promise<string[]> {
  const rows = await on.query<{ name: string }>(
    `select t.name from sluice.target_results r join sluice.targets t on t.id = r.target_id
     where r.dataset_id = $1 and r.state = 'ok' and r.window_start = (
       select p.window_start from sluice.window_plans p join sluice.datasets d on d.id = p.dataset_id
       join sluice.windows w on w.dataset = d.name and w.window_start = p.window_start
       where p.dataset_id = $1 and w.state <> 'incomplete' order by p.window_start desc limit 1)
     order by r.updates desc, t.name limit $2`,
    [datasetId, n],
  );
  return rows.map((row) => row.name);
}
