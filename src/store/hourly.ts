import type { Observation } from "../model/result.ts";

/** The sum of one type's updates in one hour. */
export interface HourlySum {
  /** Its start, in seconds since 1970. */
  readonly hour: number;
  readonly type: string;
  readonly updates: number;
}

/** The sums of a target's observations, and with them the types that occur. */
export function hourlySums(rows: Iterable<Observation>): HourlySum[] {
  const byType = new Map<string, Map<number, number>>();
  for (const { at, type, updates } of rows) {
    const hour = at - (at % 3600);
    let hours = byType.get(type);
    if (hours === undefined) byType.set(type, (hours = new Map<number, number>()));
    hours.set(hour, (hours.get(hour) ?? 0) + updates);
  }
  return [...byType].flatMap(([type, hours]) => [...hours].map(([hour, updates]) => ({ hour, type, updates })));
}
