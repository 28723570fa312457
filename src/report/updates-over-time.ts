import type { EpochSeconds, Window } from "../model/window.ts";
import type { Reader, Subject } from "./reader.ts";
import type { UpdatesOverTime } from "./report-data.ts";

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;
/** The most hours that a chart can show: a month. */
const MOST_HOURS = 31 * 24;
/** The most types that get a colour. */
const MOST_TYPES = 5;

/** The updates of all targets by hour (or day) and type, hours without updates included. */
export async function readUpdatesOverTime(on: Reader, { datasetId }: Subject, window: Window): Promise<UpdatesOverTime> {
  const stepSeconds = window.end - window.start > MOST_HOURS * HOUR_SECONDS ? DAY_SECONDS : HOUR_SECONDS;
  const step = stepSeconds === HOUR_SECONDS ? "hour" : "date_trunc('day', hour, 'UTC')";
  // There are millions of rows: group first, so that names and times are computed once per sum.
  const rows = await on.query<UpdatesRow>(
    `select extract(epoch from h.step)::bigint as "from", coalesce(y.name, '') as type, h.updates
     from (select ${step} as step, type_id, sum(updates)::bigint as updates from sluice.hourly_sums
       where dataset_id = $1 and window_start = to_timestamp($2) group by 1, 2) h
     left join sluice.types y on y.id = h.type_id`,
    [datasetId, window.start],
  );
  return overTime(rows, window, stepSeconds);
}

interface UpdatesRow {
  /** The start of a step. */
  readonly from: EpochSeconds;
  readonly type: string;
  readonly updates: number;
}

export function overTime(rows: readonly UpdatesRow[], window: Window, stepSeconds: number): UpdatesOverTime {
  const first = Math.floor(window.start / stepSeconds) * stepSeconds;
  const starts = Array.from({ length: Math.ceil((window.end - first) / stepSeconds) }, (_, index) => first + index * stepSeconds);
  const byType = Map.groupBy(rows, ({ type }) => type);
  const sumOf = (type: string): number => byType.get(type)!.reduce((sum, { updates }) => sum + updates, 0);
  const types = [...byType.keys()].sort((one, other) => sumOf(other) - sumOf(one) || (one < other ? -1 : 1));
  // A single sixth type needs no "others".
  const own = types.length <= MOST_TYPES + 1 ? types : types.slice(0, MOST_TYPES);
  const others = types.slice(own.length);
  const at = (ofThem: readonly UpdatesRow[]): number[] => {
    const sums = new Map<number, number>();
    for (const { from, updates } of ofThem) sums.set(from, (sums.get(from) ?? 0) + updates);
    return starts.map((start) => sums.get(start) ?? 0);
  };
  return {
    stepSeconds,
    starts,
    types: [
      ...own.map((type) => ({ type: type === "" ? null : type, updates: at(byType.get(type)!) })),
      ...(others.length === 0 ? [] : [{ type: `${others.length} others`, updates: at(others.flatMap((type) => byType.get(type)!)) }]),
    ],
  };
}
