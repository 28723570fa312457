import { FencedError } from "../model/errors.ts";
import type { SweepIdentity, SweepStatus } from "../model/sweep.ts";
import type { EpochSeconds } from "../model/window.ts";
import type { Database, Transaction } from "./database.ts";

/**
 * A sweep that is driven from one machine. It is what the Sweep object is on Kubernetes: the sweep's status, with a version
 * that rises with each write, and its driver.
 */
export interface DrivenSweep {
  readonly identity: SweepIdentity;
  readonly dataset: string;
  readonly windowStart: EpochSeconds;
  readonly status: SweepStatus;
  readonly version: number;
}

/** The process that drives a sweep. From host, pid and start time, another process on the same machine can tell whether it is alive. */
export interface Driver {
  /** A UUID. */
  readonly token: string;
  readonly host: string;
  readonly pid: number;
  readonly pidStarted: string;
}

type Taking =
  | { readonly taken: true; readonly sweep: DrivenSweep }
  /** The lease of its driver `by` has not ended. */
  | { readonly taken: false; readonly sweep: DrivenSweep; readonly by: Driver };

/**
 * Takes a sweep to drive it: the unfinished one of the dataset's window if there is one, else a new one with this
 * identity and status. `dead` is the token of a driver that is known to have died: its lease does not count.
 */
export async function takeSweep(
  db: Database,
  wanted: Omit<DrivenSweep, "version">,
  me: Driver,
  leaseSeconds: number,
  dead?: string,
): Promise<Taking> {
  return db.transaction(async (tx) => {
    const { uid, namespace, name } = wanted.identity;
    await tx.query(
      `insert into sluice.driven_sweeps (uid, namespace, name, dataset, window_start, status) values ($1, $2, $3, $4, to_timestamp($5), $6)
       on conflict do nothing`,
      [uid, namespace, name, wanted.dataset, wanted.windowStart, JSON.stringify(wanted.status)],
    );
    const [row] = await readRows(tx, "where dataset = $1 and window_start = to_timestamp($2) and finished_at is null for update", [
      wanted.dataset,
      wanted.windowStart,
    ]);
    // Its driver finished it between the two statements, or the uid was used before: nothing is left to drive.
    if (row === undefined) throw new FencedError(`The sweep ${name} has just finished.`);
    const by = driverOf(row);
    if (by !== null && row.leased && by.token !== me.token && by.token !== dead) return { taken: false, sweep: sweepOf(row), by };
    await tx.query(
      `update sluice.driven_sweeps set driver_token = $2, driver_host = $3, driver_pid = $4, driver_pid_started = $5,
         driver_expires = now() + $6 * interval '1 second' where uid = $1`,
      [row.uid, me.token, me.host, me.pid, me.pidStarted, leaseSeconds],
    );
    return { taken: true, sweep: sweepOf(row) };
  });
}

/** Writes the status that follows version `version` and returns the new version. @throws FencedError if another driver took over */
export async function saveStatus(db: Database, uid: string, token: string, version: number, status: SweepStatus): Promise<number> {
  return db.transaction(async (tx) => {
    const rows = await tx.query<{ version: number }>(
      `update sluice.driven_sweeps set status = $4, version = version + 1
       where uid = $1 and driver_token = $2 and version = $3 and finished_at is null returning version`,
      [uid, token, version, JSON.stringify(status)],
    );
    return rows[0]?.version ?? fenced();
  });
}

/** @throws FencedError if another driver took over */
export async function renewDriver(db: Database, uid: string, token: string, leaseSeconds: number): Promise<void> {
  const rows = await db.query(
    "update sluice.driven_sweeps set driver_expires = now() + $3 * interval '1 second' where uid = $1 and driver_token = $2 and finished_at is null returning 1",
    [uid, token, leaseSeconds],
  );
  if (rows.length === 0) fenced();
}

/** Ends the driver's lease. An unfinished sweep can be taken at once by another driver. */
export async function releaseDriver(db: Database, uid: string, token: string, finished: boolean): Promise<void> {
  await db.query(
    `update sluice.driven_sweeps set driver_token = null, driver_expires = null, finished_at = case when $3 then now() end
     where uid = $1 and driver_token = $2`,
    [uid, token, finished],
  );
}

/** Unfinished sweeps, newest window first; `by` is null if no driver's lease is valid. */
export async function unfinishedSweeps(db: Database): Promise<readonly (DrivenSweep & { readonly by: Driver | null })[]> {
  const rows = await readRows(db, "where finished_at is null order by window_start desc, dataset", []);
  return rows.map((row) => ({ ...sweepOf(row), by: row.leased ? driverOf(row) : null }));
}

interface DrivenRow {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly dataset: string;
  readonly start: number;
  readonly status: SweepStatus;
  readonly version: number;
  readonly leased: boolean;
  readonly driver_token: string | null;
  readonly driver_host: string;
  readonly driver_pid: number;
  readonly driver_pid_started: string;
}

function readRows(on: Pick<Transaction, "query">, where: string, params: readonly unknown[]): Promise<DrivenRow[]> {
  return on.query<DrivenRow>(
    `select uid, namespace, name, dataset, extract(epoch from window_start)::bigint as start, status, version,
       coalesce(driver_expires > now(), false) as leased, driver_token, driver_host, driver_pid, driver_pid_started
     from sluice.driven_sweeps ${where}`,
    params,
  );
}

function sweepOf(row: DrivenRow): DrivenSweep {
  const { uid, namespace, name, dataset, start, status, version } = row;
  return { identity: { uid, namespace, name }, dataset, windowStart: start, status, version };
}

function driverOf(row: DrivenRow): Driver | null {
  if (row.driver_token === null) return null;
  return { token: row.driver_token, host: row.driver_host, pid: row.driver_pid, pidStarted: row.driver_pid_started };
}

function fenced(): never {
  throw new FencedError("Another driver has taken over this sweep.");
}
