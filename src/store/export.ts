import { Transform, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { StringDecoder } from "node:string_decoder";
import pg from "pg";
import { csvText, FORMULA_START } from "../model/visible.ts";
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

interface ExportOptions {
  readonly view?: ExportedView;
  /** Texts that a spreadsheet would take for a formula get its sign for a text before them. */
  readonly spreadsheet?: boolean | undefined;
}

/** Columns whose text is a provider's or a user's. */
const TEXTS: readonly string[] = ["target", "type", "error", "query_id"];

/** Writes a view's rows of a dataset in [from, to) to `out` as CSV with a header, times in UTC, unordered, with back-pressure. */
export async function exportCsv(db: Database, dataset: string, from: EpochSeconds, to: EpochSeconds, out: Writable, { view = "observed", spreadsheet = false }: ExportOptions = {}): Promise<void> {
  const times: readonly string[] = TIMES[view];
  const formula = pg.escapeLiteral(FORMULA_START);
  const columns = COLUMNS[view].map((column) => {
    if (times.includes(column)) return `${column} at time zone 'UTC' as ${column}`;
    return spreadsheet && TEXTS.includes(column) ? `case when ${column} ~ ${formula} then '''' || ${column} else ${column} end as ${column}` : column;
  });
  // COPY takes no parameters.
  const named = pg.escapeLiteral(dataset);
  const sql = `copy (select ${columns.join(", ")} from sluice.${view} v
       where dataset = ${named} and v.${times[0]!} >= to_timestamp(${from}) and v.${times[0]!} < to_timestamp(${to})) to stdout (format csv, header)`;
  const cells = visibleCells();
  const sides = await Promise.allSettled([db.copyOut(sql, cells), pipeline(cells, out)]);
  // An error of one side ends the other.
  for (const side of sides) if (side.status === "rejected") throw side.reason as Error;
}

/** COPY quotes cells as RFC 4180 wants it, and escapes nothing. */
function visibleCells(): Transform {
  const decoder = new StringDecoder("utf8");
  return new Transform({
    transform: (chunk: Buffer, _, done) => done(null, csvText(decoder.write(chunk))),
    flush: (done) => done(null, csvText(decoder.end())),
  });
}
