import type { EChartsCoreOption } from "echarts/core";
import type { Timeline } from "../report-data.ts";
import { bytes, count } from "./axis-labels.ts";
import { COLOUR, LOOKS, named, STILL, timeAxis, valueAxis } from "./looks.ts";

export function targetsPerSecond(timeline: Timeline): EChartsCoreOption {
  return chart(timeline, count, [{ name: "targets", values: timeline.targets, colour: COLOUR.blue, isFilled: true }]);
}

export function requestsPerSecond(timeline: Timeline): EChartsCoreOption {
  return chart(timeline, count, [
    { name: "requests", values: timeline.requests, colour: COLOUR.blue, isFilled: true },
    { name: "of which retries", values: timeline.retries, colour: COLOUR.amber },
  ]);
}

export function rowsPerSecond(timeline: Timeline): EChartsCoreOption {
  return chart(timeline, count, [{ name: "rows", values: timeline.rows, colour: COLOUR.blue, isFilled: true }]);
}

export function bytesPerSecond(timeline: Timeline): EChartsCoreOption {
  return chart(timeline, bytes, [
    { name: "uncompressed", values: timeline.textBytes, colour: COLOUR.blue, isFilled: true },
    { name: "on the wire", values: timeline.wireBytes, colour: COLOUR.teal },
  ]);
}

export function inFlight(timeline: Timeline): EChartsCoreOption {
  return chart(timeline, count, [
    { name: "mean in flight", values: timeline.inFlight, colour: COLOUR.blue, isFilled: true },
    { name: "host's limit", values: timeline.slotsLimit, colour: COLOUR.red, isDashed: true },
  ]);
}

interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly colour: string;
  readonly isFilled?: boolean;
  readonly isDashed?: boolean;
}

function chart(timeline: Timeline, label: (value: number) => string, lines: readonly Line[]): EChartsCoreOption {
  return {
    ...LOOKS,
    ...(lines.length > 1 ? named(lines.map(({ name, isDashed = false }) => ({ name, icon: isDashed ? "dashes" : "line" }))) : {}),
    xAxis: timeAxis(timeline.start, timeline.end),
    yAxis: valueAxis({ label }),
    series: lines.map(({ name, values, colour, isFilled = false, isDashed = false }) => ({
      ...STILL,
      type: "line",
      name,
      data: pointsOf(timeline, values),
      step: "end",
      showSymbol: false,
      connectNulls: true,
      lineStyle: { width: 1.5, color: colour, ...(isDashed ? { type: "dashed" } : {}) },
      itemStyle: { color: colour },
      ...(isFilled ? { areaStyle: { color: colour, opacity: 0.14 } } : {}),
      tooltip: { valueFormatter: label },
    })),
  };
}

/** A value applies from the start of its bucket. The last one is repeated at the end, where its step would otherwise have no width. */
export function pointsOf({ start, end, bucketSeconds }: Timeline, values: readonly (number | null)[]): [number, number | null][] {
  const points = values.map((value, index): [number, number | null] => [Math.round((start + index * bucketSeconds) * 1000), value]);
  return [...points, [Math.round(end * 1000), values.at(-1) ?? null]];
}
