import { grouped } from "../model/figures.ts";
import { formatMoment } from "../model/moment.ts";
import { formatDuration } from "../model/quantity.ts";
import type { EpochSeconds } from "../model/window.ts";
import type { Database, Transaction } from "./database.ts";
import type { Dataset, DatasetId } from "./datasets.ts";
import { dropPartition, type SplitTable, datasetPartition, partitionSeconds, timePartition } from "./partitions.ts";

interface Dropped {
  readonly dropped: readonly string[];
  /** A reader held them for too long; the next call drops them. */
  readonly busy: readonly string[];
}

/** Rows go before results: an interruption, or a reader, leaves results without rows, never rows without a result. */
const IN_THIS_ORDER: readonly SplitTable[] = ["observations", "hourly_sums", "target_results"];

/**
 * Drops a dataset's partitions that are entirely older than its retention, with the plans and sweeps of their windows.
 *
 * @param now by the clock of Postgres (server.ts): the clock of a laptop that is years ahead must not drop anything
 */
export async function dropOld(db: Database, datasetId: DatasetId, now: EpochSeconds): Promise<Dropped> {
  const [dataset] = await db.query<{ every: number; retention: number }>(
    "select every_seconds as every, retention_seconds as retention from sluice.datasets where id = $1",
    [datasetId],
  );
  if (dataset === undefined) return { dropped: [], busy: [] };
  const border = borderOf(dataset.every, dataset.retention, now);
  const result = await dropTimePartitions(db, datasetId, border);
  if (result.busy.length > 0) return result;
  await db.query("delete from sluice.window_plans where dataset_id = $1 and window_end <= to_timestamp($2)", [datasetId, border]);
  await db.query("delete from sluice.sweeps where dataset_id = $1 and window_end <= to_timestamp($2)", [datasetId, border]);
  return result;
}

/** What ends before this is dropped: whole partitions. */
function borderOf(everySeconds: number, retentionSeconds: number, now: EpochSeconds): EpochSeconds {
  const seconds = partitionSeconds(everySeconds);
  return Math.floor((now - retentionSeconds) / seconds) * seconds;
}

/** A retention that is shorter than the dataset's, and that is not followed: what it would drop. */
interface HeldRetention {
  readonly dataset: Pick<Dataset, "id" | "name">;
  readonly wantedSeconds: number;
  readonly keptSeconds: number;
  readonly windows: number;
  /** The start of the oldest and of the newest of these windows. */
  readonly from: EpochSeconds;
  readonly to: EpochSeconds;
  /** Their updates, in all these windows. */
  readonly updates: number;
}

/**
 * What a dataset would lose by `wantedSeconds` that its own retention keeps; null if nothing.
 *
 * @param now by the clock of Postgres
 */
export async function heldRetention(
  on: Pick<Transaction, "query">,
  dataset: Dataset | null,
  wantedSeconds: number,
  now: EpochSeconds,
): Promise<HeldRetention | null> {
  if (dataset === null || wantedSeconds >= dataset.retentionSeconds) return null;
  const border = borderOf(dataset.everySeconds, wantedSeconds, now);
  const [lost] = await on.query<{ windows: number; from: number | null; to: number | null; updates: number }>(
    `select count(*) as windows, extract(epoch from min(p.window_start))::bigint as from, extract(epoch from max(p.window_start))::bigint as to,
       coalesce(sum(n.updates), 0)::bigint as updates
     from sluice.window_plans p join sluice.window_totals n using (dataset_id, window_start)
     where p.dataset_id = $1 and p.window_end <= to_timestamp($2)`,
    [dataset.id, border],
  );
  const { windows, from, to, updates } = lost!;
  if (windows === 0 || from === null || to === null) return null;
  return { dataset: { id: dataset.id, name: dataset.name }, wantedSeconds, keptSeconds: dataset.retentionSeconds, windows, from, to, updates };
}

/** "store.retention is 2d, but bgp/daily has been kept for 730d: 5 windows (2026-11-01 to 2026-11-05) with 8,123 updates are older". */
export function heldText({ dataset, wantedSeconds, keptSeconds, windows, from, to, updates }: HeldRetention): string {
  const range = windows === 1 ? `1 window (${formatMoment(from)})` : `${grouped(windows)} windows (${formatMoment(from)} to ${formatMoment(to)})`;
  return `store.retention is ${formatDuration(wantedSeconds)}, but ${dataset.name} has been kept for ${formatDuration(keptSeconds)}: ${range} with ${grouped(updates)} updates ${windows === 1 ? "is" : "are"} older`;
}

/** Shortens the retention of a dataset, because somebody has confirmed it or because that drops nothing. The next prepare drops what is older. */
export async function shortenRetention(on: Pick<Transaction, "query">, datasetId: DatasetId, seconds: number): Promise<void> {
  await on.query("update sluice.datasets set retention_seconds = $2 where id = $1 and retention_seconds > $2", [datasetId, seconds]);
}

/** Drops the partitions that start before `border`, up to the first that a reader holds. */
export async function dropTimePartitions(db: Database, datasetId: DatasetId, border: EpochSeconds): Promise<Dropped> {
  const dropped: string[] = [];
  for (const table of IN_THIS_ORDER) {
    const parent = datasetPartition(table, datasetId);
    for (const name of await timePartitionsBefore(db, table, datasetId, border)) {
      if (!(await dropPartition(db, parent, name))) return { dropped, busy: [name] };
      dropped.push(name);
    }
  }
  return { dropped, busy: [] };
}

/** By name rather than attachment, to find partitions that were detached and not dropped. */
async function timePartitionsBefore(db: Database, table: SplitTable, datasetId: DatasetId, border: EpochSeconds): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    `select relname::text as name from pg_class where relnamespace = 'sluice'::regnamespace and relkind = 'r' and relname ~ $1 order by relname`,
    [`^${datasetPartition(table, datasetId)}_[0-9]{8}$`],
  );
  const last = Number.isFinite(border) ? timePartition(table, datasetId, border) : null;
  return rows.map((row) => row.name).filter((name) => last === null || name < last);
}
