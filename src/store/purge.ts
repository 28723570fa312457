import { SpecError, SurroundingsError } from "../model/errors.ts";
import type { Database } from "./database.ts";
import { type Dataset, findDataset } from "./datasets.ts";
import { dropPartition, type SplitTable, datasetPartition, SPLIT_TABLES } from "./partitions.ts";
import { dropTimePartitions } from "./retention.ts";

const SWEEPS_AT_ONCE = 50;

/**
 * Deletes a dataset and all its data in short steps. After an interruption the next call finishes the rest.
 * @throws SpecError if there is no such dataset or a sweep of it is running, SurroundingsError if a reader blocks the deletion
 */
export async function purgeDataset(db: Database, name: string): Promise<void> {
  const dataset = await findDataset(db, name);
  if (dataset === null) throw new SpecError(`There is no dataset ${name}.`);
  await refuseWhileRunning(db, dataset);
  await dropTables(db, dataset);
  while ((await deleteSomeSweeps(db, dataset)) > 0);
  await db.query("delete from sluice.driven_sweeps where dataset = $1", [name]);
  await db.query("delete from sluice.window_plans where dataset_id = $1", [dataset.id]);
  await db.query("delete from sluice.datasets where id = $1", [dataset.id]);
}

async function dropTables(db: Database, dataset: Dataset): Promise<void> {
  const { busy } = await dropTimePartitions(db, dataset.id, Infinity);
  const tables = busy.length > 0 ? [] : (Object.keys(SPLIT_TABLES) as SplitTable[]);
  const left = [...busy];
  for (const table of tables) {
    const partition = datasetPartition(table, dataset.id);
    if (!(await dropPartition(db, table, partition))) left.push(partition);
  }
  if (left.length === 0) return;
  throw new SurroundingsError(`The dataset ${dataset.name} is only partly deleted: ${left.join(", ")} in the database at ${db.place} ${left.length === 1 ? "is" : "are"} being read. Purge it again when the readers are done.`);
}

async function deleteSomeSweeps(db: Database, dataset: Dataset): Promise<number> {
  const rows = await db.query(
    "delete from sluice.sweeps where uid in (select uid from sluice.sweeps where dataset_id = $1 limit $2) returning uid",
    [dataset.id, SWEEPS_AT_ONCE],
  );
  return rows.length;
}

/** A sweep counts as running while its driver's lease or the slots of one of its processes have not expired. */
async function refuseWhileRunning(db: Database, dataset: Dataset): Promise<void> {
  const rows = await db.query<{ name: string }>(
    `select name from sluice.driven_sweeps where dataset = $2 and finished_at is null and driver_expires > now()
     union all
     select s.name from sluice.sweeps s join sluice.slots l on l.sweep_uid = s.uid where s.dataset_id = $1 and l.expires > now()
     limit 1`,
    [dataset.id, dataset.name],
  );
  if (rows.length > 0) throw new SpecError(`The sweep ${rows[0]!.name} of the dataset ${dataset.name} is running: stop it before you purge.`);
}
