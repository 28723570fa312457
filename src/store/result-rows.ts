import type { TargetResult } from "../model/result.ts";
import type { Transaction } from "./database.ts";
import type { StandingResult } from "./replace-rule.ts";
import { storable } from "./types.ts";

/** The statements on results and superseded answers that a commit consists of. */

interface Place {
  readonly datasetId: number;
  readonly start: number;
}
interface Author {
  readonly uid: string;
  readonly batch: number;
}
type Results = ReadonlyMap<number, TargetResult>;

const COLUMNS = `state, updates, outside, declared, bytes, wire_bytes, attempts, error, detail, http_status, query_id, started_at, finished_at`;
const FROM_JSON = `json_to_recordset($1) as r (target_id integer, state text, updates bigint, outside bigint, declared bigint, bytes bigint,
  wire_bytes bigint, attempts integer, error text, detail text, http_status integer, query_id text, started_at timestamptz, finished_at timestamptz)`;
const OF_JSON = COLUMNS.split(", ").map((column) => `r.${column}`).join(", ");
const SET_FROM_JSON = COLUMNS.split(", ").map((column) => `${column} = r.${column}`).join(", ");

/** Inserts the results of targets that have none and returns which. In the order of ids, so that two commits cannot deadlock. */
export async function insertNew(tx: Transaction, by: Author, place: Place, results: Results): Promise<ReadonlySet<number>> {
  const rows = await tx.query<{ target_id: number }>(
    `insert into sluice.target_results (dataset_id, window_start, target_id, sweep_uid, batch, ${COLUMNS})
     select $2, to_timestamp($3), r.target_id, $4, $5, ${OF_JSON} from ${FROM_JSON} order by r.target_id
     on conflict (dataset_id, window_start, target_id) do nothing returning target_id`,
    [asJson(results), place.datasetId, place.start, by.uid, by.batch],
  );
  return new Set(rows.map((row) => row.target_id));
}

/** The stored results of these targets, locked. */
export async function lockStanding(tx: Transaction, place: Place, targetIds: readonly number[]): Promise<ReadonlyMap<number, StandingResult>> {
  const rows = await tx.query<StandingResult & { target_id: number }>(
    `select target_id, state, updates from sluice.target_results
     where dataset_id = $1 and window_start = to_timestamp($2) and target_id = any($3) order by target_id for update`,
    [place.datasetId, place.start, targetIds],
  );
  return new Map(rows.map((row) => [row.target_id, row]));
}

/** The same failure a second later says little about the one after. */
export const LEAST_BETWEEN_REPEATS = "10 seconds";

const WORDS_AND_NUMBERS = ["state", "error", "detail", "http_status", "updates", "outside", "declared"];
const sameOf = (table: string): string => `(${WORDS_AND_NUMBERS.map((column) => `${table}.${column}`).join(", ")})`;

/** Counts the same failure in another batch of the same sweep. One that comes too soon changes nothing of the count. */
const REPEATS = `case when t.sweep_uid <> $4 or ${sameOf("t")} is distinct from ${sameOf("r")} then 0
  when t.batch <> $5 and r.started_at >= t.finished_at + interval '${LEAST_BETWEEN_REPEATS}' then t.repeats + 1 else t.repeats end`;

export async function overwrite(tx: Transaction, by: Author, place: Place, results: Results): Promise<void> {
  if (results.size === 0) return;
  await tx.query(
    `update sluice.target_results t set sweep_uid = $4, batch = $5, committed_at = clock_timestamp(), repeats = ${REPEATS}, ${SET_FROM_JSON} from ${FROM_JSON}
     where t.dataset_id = $2 and t.window_start = to_timestamp($3) and t.target_id = r.target_id`,
    [asJson(results), place.datasetId, place.start, by.uid, by.batch],
  );
}

/** Superseded answers are in sluice.asides; migration 0001 says why the table keeps that name. */
export async function insertSuperseded(tx: Transaction, by: Author, results: Results): Promise<void> {
  if (results.size === 0) return;
  await tx.query(
    `insert into sluice.asides (sweep_uid, batch, target_id, ${COLUMNS}) select $2, $3, r.target_id, ${OF_JSON} from ${FROM_JSON}
     on conflict (sweep_uid, batch, target_id) do update set ${COLUMNS.split(", ").map((column) => `${column} = excluded.${column}`).join(", ")}`,
    [asJson(results), by.uid, by.batch],
  );
}

/** Deletes the rows of results that are about to be replaced. */
export async function deleteRows(tx: Transaction, window: Place & { readonly end: number }, targetIds: readonly number[]): Promise<void> {
  if (targetIds.length === 0) return;
  await tx.query(
    "delete from sluice.observations where dataset_id = $1 and target_id = any($2) and at >= to_timestamp($3) and at < to_timestamp($4)",
    [window.datasetId, targetIds, window.start, window.end],
  );
  // Windows that are not whole hours share an hour, hence window_start. The range of hours lets Postgres skip partitions.
  await tx.query(
    `delete from sluice.hourly_sums where dataset_id = $1 and target_id = any($2) and window_start = to_timestamp($3)
       and hour > to_timestamp($3) - interval '1 hour' and hour < to_timestamp($4)`,
    [window.datasetId, targetIds, window.start, window.end],
  );
}

function asJson(results: Results): string {
  return JSON.stringify(
    [...results].map(([target_id, result]) => ({
      target_id,
      state: result.state,
      updates: result.updates,
      outside: result.outside,
      declared: result.declared,
      bytes: result.bytes,
      wire_bytes: result.wireBytes,
      attempts: result.attempts,
      error: result.error,
      detail: result.detail === null ? null : storable(result.detail),
      http_status: result.httpStatus,
      query_id: result.queryId === null ? null : storable(result.queryId),
      started_at: result.startedAt,
      finished_at: result.finishedAt,
    })),
  );
}
