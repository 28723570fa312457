import type { Writable } from "node:stream";
import pg from "pg";
import type { EpochSeconds } from "../model/window.ts";
import type { Database } from "./database.ts";

/** Writes a dataset's observations in [from, to) as CSV with a heading, in no order; as fast as `out` takes them. */
export async function exportCsv(db: Database, dataset: string, from: EpochSeconds, to: EpochSeconds, out: Writable): Promise<void> {
  // COPY takes no parameters.
  const named = pg.escapeLiteral(dataset);
  await db.copyOut(
    `copy (select dataset, target, at at time zone 'UTC' as at, type, updates from sluice.observed
       where dataset = ${named} and at >= to_timestamp(${from}) and at < to_timestamp(${to})) to stdout (format csv, header)`,
    out,
  );
}
