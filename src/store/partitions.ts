import pg from "pg";
import { SpecError, SurroundingsError } from "../model/errors.ts";
import type { EpochSeconds, Window } from "../model/window.ts";
import type { Database, Transaction } from "./database.ts";
import type { DatasetId } from "./datasets.ts";

/** The tables that are partitioned by dataset and then by time, and their time column. */
export const SPLIT_TABLES: Readonly<Record<SplitTable, string>> = {
  target_results: "window_start",
  observations: "at",
  hourly_sums: "hour",
};
export type SplitTable = "target_results" | "observations" | "hourly_sums";

const DAY_SECONDS = 86_400;
const PARTITION_LOCK = 7_582_424;

/** The seconds that a partition spans: a UTC day, or a window if that is longer. */
export function partitionSeconds(everySeconds: number): number {
  return Math.max(DAY_SECONDS, everySeconds);
}

export function datasetPartition(table: SplitTable, datasetId: DatasetId): string {
  return `${table}_${datasetId}`;
}

export function timePartition(table: SplitTable, datasetId: DatasetId, from: EpochSeconds): string {
  return `${datasetPartition(table, datasetId)}_${new Date(from * 1000).toISOString().slice(0, 10).replaceAll("-", "")}`;
}

/** Creates the partitions for a window's rows. It does not wait for open writers, and does not make others wait. */
export async function ensurePartitions(db: Database, datasetId: DatasetId, window: Window): Promise<void> {
  const [dataset] = await db.query<{ every: number }>("select every_seconds as every from sluice.datasets where id = $1", [datasetId]);
  if (dataset === undefined) throw new SpecError(`There is no dataset ${datasetId}.`);
  const seconds = partitionSeconds(dataset.every);
  const from = Math.floor(window.start / seconds) * seconds;
  for (const table of Object.keys(SPLIT_TABLES) as SplitTable[]) {
    const ofDataset = datasetPartition(table, datasetId);
    await attached(db, { parent: table, name: ofDataset, splitBy: SPLIT_TABLES[table], bounds: `in (${datasetId})` });
    const bounds = `from (to_timestamp(${from})) to (to_timestamp(${from + seconds}))`;
    await attached(db, { parent: ofDataset, name: timePartition(table, datasetId, from), splitBy: null, bounds });
  }
}

interface Partition {
  readonly parent: string;
  readonly name: string;
  /** The column by which the partition itself is partitioned, or null. */
  readonly splitBy: string | null;
  readonly bounds: string;
}

/**
 * CREATE TABLE … PARTITION OF would wait for every open writer and block new ones meanwhile. Creating a table and then
 * attaching it does neither: the table is empty, so nothing is scanned, and the lock on the parent does not block writers.
 */
async function attached(db: Database, partition: Partition): Promise<void> {
  if ((await attachmentOf(db, partition.name)) === "attached") return;
  await db.transaction(async (tx) => {
    await tx.query("select pg_advisory_xact_lock($1)", [PARTITION_LOCK]);
    const attachment = await attachmentOf(tx, partition.name);
    if (attachment === "attached") return;
    // What an interrupted drop of an old partition left behind.
    if (attachment === "detaching") await tx.query(`alter table sluice.${partition.parent} detach partition sluice.${partition.name} finalize`);
    if (attachment !== "absent") await tx.query(`drop table sluice.${partition.name}`);
    const split = partition.splitBy === null ? "" : ` partition by range (${partition.splitBy})`;
    await tx.query(`create table sluice.${partition.name} (like sluice.${partition.parent} including defaults including constraints)${split}`);
    await tx.query(`alter table sluice.${partition.parent} attach partition sluice.${partition.name} for values ${partition.bounds}`);
  });
}

type Attachment = "absent" | "attached" | "detaching" | "detached";

export async function attachmentOf(on: Pick<Transaction, "query">, name: string): Promise<Attachment> {
  const [row] = await on.query<{ state: Attachment }>(
    `select case when c.oid is null then 'absent' when i.inhrelid is null then 'detached' when i.inhdetachpending then 'detaching' else 'attached' end as state
     from (select to_regclass($1) as oid) as c left join pg_inherits i on i.inhrelid = c.oid`,
    [`sluice.${name}`],
  );
  return row!.state;
}

/** How long a drop waits for readers. Prepare waits with it, so it is short: the next prepare goes on. */
const DETACH_SECONDS = 3;
const LOCK_SECONDS = 1;

/** detach … concurrently, of a partition whose detaching was begun before. */
const OBJECT_NOT_IN_PREREQUISITE_STATE = "55000";
/** lock_timeout, statement_timeout */
const TIMEOUTS: readonly string[] = ["55P03", "57014"];

/**
 * Drops a partition without blocking others: it is detached concurrently, which waits for readers of the parent, and then
 * dropped. Returns false if a reader took too long; the next call goes on from there. Nothing of it goes on waiting on the
 * server: what waits to finish a detaching would hold up the next partition that is attached.
 */
export async function dropPartition(db: Database, parent: string, name: string): Promise<boolean> {
  const before = await attachmentOf(db, name);
  if (before === "absent") return true;
  if (before === "attached") await detach(db, `alter table sluice.${parent} detach partition sluice.${name} concurrently`);
  if (before === "detaching" && !(await runPromptly(db, `alter table sluice.${parent} detach partition sluice.${name} finalize`))) return false;
  if ((await attachmentOf(db, name)) !== "detached") return false;
  return runPromptly(db, `drop table if exists sluice.${name}`);
}

/** Cannot run in a transaction, and so not under a timeout of the server's: one that waits for too long is cancelled by its text. The caller checks the outcome. */
async function detach(db: Database, sql: string): Promise<void> {
  try {
    await db.query(sql, undefined, { timeoutSeconds: DETACH_SECONDS });
  } catch (error) {
    const stillWaiting = error instanceof SurroundingsError || (error instanceof pg.DatabaseError && error.code === OBJECT_NOT_IN_PREREQUISITE_STATE);
    if (!stillWaiting) throw error;
    await db.query("select pg_cancel_backend(pid) from pg_stat_activity where datname = current_database() and usename = current_user and query = $1", [sql]);
  }
}

/** Runs a statement, or returns false if a reader's lock or snapshot is in its way for more than a moment. */
async function runPromptly(db: Database, sql: string): Promise<boolean> {
  try {
    await db.transaction(async (tx) => {
      await tx.query(`set local lock_timeout = '${LOCK_SECONDS}s'; set local statement_timeout = '${LOCK_SECONDS}s'`);
      await tx.query(sql).catch((error: unknown) => {
        throw error instanceof pg.DatabaseError && TIMEOUTS.includes(error.code ?? "") ? new ReaderInTheWay(sql, { cause: error }) : error;
      });
    });
    return true;
  } catch (error) {
    if (error instanceof ReaderInTheWay) return false;
    throw error;
  }
}

/** Not an error of the database, which would be tried again. */
class ReaderInTheWay extends Error {}
