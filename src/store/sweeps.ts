import { SpecError } from "../model/errors.ts";
import type { HostSpec, ResolvedSpec } from "../model/resolved.ts";
import type { Totals, WindowState } from "../model/states.ts";
import type { SweepIdentity } from "../model/sweep.ts";
import type { EpochSeconds, Window } from "../model/window.ts";
import type { Database, Transaction } from "./database.ts";
import type { DatasetId } from "./datasets.ts";
import { closeWindow, openWindow, tally } from "./windows.ts";

export interface FrozenSweep {
  readonly identity: SweepIdentity;
  readonly datasetId: DatasetId;
  readonly window: Window;
  readonly spec: ResolvedSpec;
  /** Null until the sweep is finished. */
  readonly verdict: WindowState | null;
}

/** Freezes a sweep's spec. If one is frozen already, it stays and is returned. */
export async function freezeSweep(tx: Transaction, identity: SweepIdentity, datasetId: DatasetId, spec: ResolvedSpec): Promise<FrozenSweep> {
  const made = await tx.query(
    `insert into sluice.sweeps (uid, dataset_id, namespace, name, window_start, window_end, spec)
     values ($1, $2, $3, $4, to_timestamp($5), to_timestamp($6), $7) on conflict (uid) do nothing returning uid`,
    [identity.uid, datasetId, identity.namespace, identity.name, spec.window.start, spec.window.end, JSON.stringify(spec)],
  );
  if (made.length > 0) await openWindow(tx, datasetId, spec.window);
  return (await readSweep(tx, identity.uid))!;
}

/** Null if prepare has not frozen the sweep's spec yet. */
export async function readSweep(on: Pick<Database | Transaction, "query">, uid: string): Promise<FrozenSweep | null> {
  const rows = await on.query<SweepRow>(
    `select namespace, name, dataset_id, extract(epoch from window_start)::bigint as start, extract(epoch from window_end)::bigint as end,
       spec, verdict from sluice.sweeps where uid = $1`,
    [uid],
  );
  const row = rows[0];
  if (row === undefined) return null;
  return {
    identity: { uid, namespace: row.namespace, name: row.name },
    datasetId: row.dataset_id,
    window: { start: row.start, end: row.end },
    spec: row.spec,
    verdict: row.verdict,
  };
}

/** Changes `host`, the only part of a frozen spec that may change, for batches that are claimed from now on. */
export async function changeHost(db: Database, uid: string, host: HostSpec): Promise<void> {
  await db.query("update sluice.sweeps set spec = jsonb_set(spec, '{host}', $2::jsonb) where uid = $1", [uid, JSON.stringify(host)]);
}

interface FinishedSweep {
  readonly totals: Totals;
  readonly verdict: WindowState;
}

/**
 * Finishes a sweep: fences off its batches (their commits check finished_at), counts the window, and stores the totals
 * and the verdict. A second call returns what the first one stored.
 */
export async function finishSweep(tx: Transaction, uid: string, verdictOf: (totals: Totals) => WindowState): Promise<FinishedSweep> {
  // Waits for commits in progress: they hold the row by a key share.
  await tx.query("select from sluice.sweeps where uid = $1 for update", [uid]);
  const [row] = await tx.query<{ dataset_id: number; start: number; end: number; verdict: WindowState | null; totals: Totals }>(
    `update sluice.sweeps set finished_at = coalesce(finished_at, now()) where uid = $1
     returning dataset_id, extract(epoch from window_start)::bigint as start, extract(epoch from window_end)::bigint as end, verdict, totals`,
    [uid],
  );
  if (row === undefined) throw new SpecError(`There is no sweep ${uid}.`);
  if (row.verdict !== null) return { totals: row.totals, verdict: row.verdict };
  const window = { start: row.start, end: row.end };
  await closeWindow(tx, row.dataset_id, window);
  const totals = await tally(tx, row.dataset_id, window);
  const verdict = verdictOf(totals);
  await tx.query("update sluice.sweeps set verdict = $2, totals = $3 where uid = $1", [uid, verdict, JSON.stringify(totals)]);
  return { totals, verdict };
}

interface SweepRow {
  readonly namespace: string;
  readonly name: string;
  readonly dataset_id: number;
  readonly start: number;
  readonly end: number;
  readonly spec: ResolvedSpec;
  readonly verdict: WindowState | null;
}

/** Finishes a sweep that will not be continued, without a verdict. Its batches can no longer write. */
export async function abandonSweep(db: Database, uid: string): Promise<void> {
  await db.query("update sluice.sweeps set finished_at = coalesce(finished_at, now()) where uid = $1", [uid]);
}

/** Deletes a sweep that was refused before it selected targets, and its dataset if nothing else belongs to that. */
export async function forgetSweep(db: Database, uid: string): Promise<void> {
  await db.transaction(async (tx) => {
    const [row] = await tx.query<{ dataset_id: number }>("delete from sluice.sweeps where uid = $1 and selected is null returning dataset_id", [uid]);
    if (row === undefined) return;
    await tx.query(
      `delete from sluice.datasets where id = $1 and not exists (select from sluice.window_plans where dataset_id = $1)
         and not exists (select from sluice.sweeps where dataset_id = $1)`,
      [row.dataset_id],
    );
  });
}

/** The newest frozen spec of a window, or, if the window was never swept, of the dataset; null without either. */
export async function newestSpec(on: Pick<Database, "query">, datasetId: DatasetId, windowStart: EpochSeconds): Promise<{ readonly namespace: string; readonly spec: ResolvedSpec } | null> {
  const rows = await on.query<{ namespace: string; spec: ResolvedSpec }>(
    `select namespace, spec from sluice.sweeps where dataset_id = $1
     order by window_start = to_timestamp($2) desc, created_at desc limit 1`,
    [datasetId, windowStart],
  );
  return rows[0] ?? null;
}

/** The windows of a dataset that are not complete, newest first. */
export async function incompleteWindows(on: Pick<Database, "query">, dataset: string): Promise<readonly Window[]> {
  return on.query<Window>(
    `select extract(epoch from window_start)::bigint as start, extract(epoch from window_end)::bigint as end
     from sluice.windows where dataset = $1 and state <> 'complete' order by window_start desc`,
    [dataset],
  );
}
