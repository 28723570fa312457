import type { DatabaseSize } from "../model/message.ts";
import type { EpochSeconds } from "../model/window.ts";
import type { Database } from "./database.ts";
import type { DatasetId } from "./datasets.ts";
import { datasetPartition, partitionSeconds } from "./partitions.ts";

/** The size of the database, and the number of a dataset's partitions; null if the role may not read the size. */
export async function databaseSize(db: Database, datasetId: DatasetId, now: EpochSeconds): Promise<DatabaseSize | null> {
  const [found] = await db.query<{ bytes: number | null; partitions: number; every: number; retention: number }>(
    // A connected role may have lost the right to connect since, and pg_database_size needs it.
    `select case when has_database_privilege(current_database(), 'connect') or pg_has_role('pg_read_all_stats', 'usage') then pg_database_size(current_database()) end as bytes,
       (select count(*) from pg_class where relnamespace = 'sluice'::regnamespace and relkind = 'r' and relname ~ $2)::integer as partitions,
       every_seconds as every, retention_seconds as retention
     from sluice.datasets where id = $1`,
    [datasetId, `^${datasetPartition("observations", datasetId)}_[0-9]{8}$`],
  );
  if (found === undefined || found.bytes === null) return null;
  return { bytes: found.bytes, partitions: found.partitions, partitionsKept: partitionsKept(found.every, found.retention, now) };
}

/** How many partitions retention keeps of a series without gaps: from the first that is not entirely older to the one with `now`. */
export function partitionsKept(everySeconds: number, retentionSeconds: number, now: EpochSeconds): number {
  const seconds = partitionSeconds(everySeconds);
  return Math.floor(now / seconds) - Math.floor((now - retentionSeconds) / seconds) + 1;
}
