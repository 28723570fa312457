import { PLANNED_RESULTS, type Reader, type Subject } from "./reader.ts";
import type { LargestTarget } from "./report-data.ts";

const MOST = 15;

/** The targets with the longest answers, the longest first. */
export function readLargest(on: Reader, { datasetId, windowStart }: Subject): Promise<LargestTarget[]> {
  return on.query<LargestTarget>(
    `select t.name as target, l.state, l.bytes, l.updates, l.seconds, l.attempts
     from (select r.target_id, r.state, r.bytes, r.updates, r.attempts, extract(epoch from r.finished_at - r.started_at)::float8 as seconds
       from ${PLANNED_RESULTS} and r.bytes > 0 order by r.bytes desc, r.target_id limit ${MOST}) l
     join sluice.targets t on t.id = l.target_id order by l.bytes desc, l.target_id`,
    [datasetId, windowStart],
  );
}
