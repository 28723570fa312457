import type { Writable } from "node:stream";
import pg from "pg";
import type { EpochSeconds } from "../model/window.ts";
import type { Database } from "./database.ts";

/** The views that can be exported, each with its time columns; an export selects by the first. */
const TIMES = {
  observed: ["at"],
  hourly: ["hour"],
  results: ["window_start", "window_end", "started_at", "finished_at"],
} as const;

const COLUMNS: Readonly<Record<ExportedView, readonly string[]>> = {
  observed: ["dataset", "target", "at", "type", "updates"],
  hourly: ["dataset", "target", "hour", "type", "updates"],
  results: [
    "dataset", "window_start", "window_end", "target", "state", "updates", "declared", "bytes", "attempts",
    "error", "http_status", "query_id", "sweep_uid", "sweep", "namespace", "started_at", "finished_at",
  ],
};

export type ExportedView = keyof typeof TIMES;

export const EXPORTED_VIEWS = Object.keys(TIMES) as ExportedView[];

/** Writes a view's rows of a dataset in [from, to) to `out` as CSV with a header, times in UTC, unordered, with back-pressure. */
export async function exportCsv(db: Database, dataset: string, from: EpochSeconds, to: EpochSeconds, out: Writable, view: ExportedView = "observed"): Promise<void> {
  const times: readonly string[] = TIMES[view];
  const columns = COLUMNS[view].map((column) => (times.includes(column) ? `${column} at time zone 'UTC' as ${column}` : column));
  // COPY takes no parameters.
  const named = pg.escapeLiteral(dataset);
  await db.copyOut(
    `copy (select ${columns.join(", ")} from sluice.${view} v
       where dataset = ${named} and v.${times[0]!} >= to_timestamp(${from}) and v.${times[0]!} < to_timestamp(${to})) to stdout (format csv, header)`,
    out,
  );
}
