import type { EpochSeconds } from "../model/window.ts";
import type { Database } from "./database.ts";
import type { DatasetId } from "./datasets.ts";
import { dropPartition, type SplitTable, datasetPartition, partitionSeconds, timePartition } from "./partitions.ts";

interface Dropped {
  readonly dropped: readonly string[];
  /** A reader held them for too long; the next call drops them. */
  readonly busy: readonly string[];
}

/** Rows go before results: an interruption leaves results without rows, never rows without a result. */
const IN_THIS_ORDER: readonly SplitTable[] = ["observations", "hourly_sums", "target_results"];

/** Drops a dataset's partitions that are entirely older than its retention, with the plans and sweeps of their windows. */
export async function dropOld(db: Database, datasetId: DatasetId, now: EpochSeconds): Promise<Dropped> {
  const [dataset] = await db.query<{ every: number; retention: number }>(
    "select every_seconds as every, retention_seconds as retention from sluice.datasets where id = $1",
    [datasetId],
  );
  if (dataset === undefined) return { dropped: [], busy: [] };
  const seconds = partitionSeconds(dataset.every);
  const border = Math.floor((now - dataset.retention) / seconds) * seconds;
  const result = await dropTimePartitions(db, datasetId, border);
  await db.query("delete from sluice.window_plans where dataset_id = $1 and window_end <= to_timestamp($2)", [datasetId, border]);
  await db.query("delete from sluice.sweeps where dataset_id = $1 and window_end <= to_timestamp($2)", [datasetId, border]);
  return result;
}

/** Drops the partitions that start before `border`. */
export async function dropTimePartitions(db: Database, datasetId: DatasetId, border: EpochSeconds): Promise<Dropped> {
  const dropped: string[] = [];
  const busy: string[] = [];
  for (const table of IN_THIS_ORDER) {
    const parent = datasetPartition(table, datasetId);
    for (const name of await timePartitionsBefore(db, table, datasetId, border)) {
      const gone = await dropPartition(db, parent, name);
      (gone ? dropped : busy).push(name);
      if (!gone) break;
    }
  }
  return { dropped, busy };
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
