import { PLANNED_RESULTS, type Reader, type Subject } from "./reader.ts";
import type { Unsettled, UnsettledTarget } from "./report-data.ts";

/** As many as a person reads; `sluice sql` has them all. */
const MOST = 100;
const MOST_MISSING = 50;

const NOT_SETTLED = "r.state not in ('ok', 'empty', 'rejected')";

/** What was asked and is not settled, by its codes and one by one; and what was never asked. */
export async function readUnsettled(on: Reader, { datasetId, windowStart }: Subject): Promise<Unsettled> {
  const params = [datasetId, windowStart];
  const byCode = await on.query<Unsettled["byCode"][number]>(
    `select r.state, r.error, count(*) as targets from ${PLANNED_RESULTS} and ${NOT_SETTLED} group by r.state, r.error order by targets desc, r.state, r.error`,
    params,
  );
  const targets = await on.query<UnsettledTarget>(
    `select t.name as target, u.state, u.error, u.detail, u.http_status as "httpStatus", u.attempts
     from (select r.* from ${PLANNED_RESULTS} and ${NOT_SETTLED} order by r.state, r.error, r.target_id limit ${MOST}) u
     join sluice.targets t on t.id = u.target_id order by u.state, u.error, u.target_id`,
    params,
  );
  const missing = await on.query<{ name: string }>(
    `select t.name from (
       select planned.id from sluice.window_plans p cross join unnest(p.targets) as planned (id)
       where p.dataset_id = $1 and p.window_start = to_timestamp($2) and not exists (select from sluice.target_results r
         where r.dataset_id = p.dataset_id and r.window_start = p.window_start and r.target_id = planned.id)
       order by planned.id limit ${MOST_MISSING}) m
     join sluice.targets t on t.id = m.id order by m.id`,
    params,
  );
  return { byCode, targets, missing: missing.map(({ name }) => name) };
}
