import type { EChartsCoreOption } from "echarts/core";
import type { ChartData, ChartName } from "../report-data.ts";
import { bytes, seconds } from "./axis-labels.ts";
import { histogram } from "./histogram.ts";
import { memoryByBatch } from "./memory.ts";
import { bytesPerSecond, inFlight, requestsPerSecond, rowsPerSecond, targetsPerSecond } from "./over-time.ts";
import { updatesOverTime } from "./updates.ts";

const OVER_TIME = { targets: targetsPerSecond, requests: requestsPerSecond, rows: rowsPerSecond, bytes: bytesPerSecond, "in-flight": inFlight };

/** The ECharts option of a chart; null if there is nothing to draw. */
export function optionOf(chart: ChartName, data: ChartData, sweep: number): EChartsCoreOption | null {
  const of = data.sweeps[sweep];
  switch (chart) {
    case "durations":
      return data.durations.bins.length === 0 ? null : histogram(data.durations, seconds);
    case "sizes":
      return data.sizes.bins.length === 0 ? null : histogram(data.sizes, bytes);
    case "updates":
      return data.updates.types.length === 0 ? null : updatesOverTime(data.updates);
    case "memory":
      return of === undefined || of.memory.length === 0 ? null : memoryByBatch(of.memory);
    default:
      return of?.timeline == null ? null : OVER_TIME[chart](of.timeline);
  }
}
