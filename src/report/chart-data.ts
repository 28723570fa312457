import type { BatchMemory, Histogram, ReportData, Timeline, UpdatesOverTime } from "./report-data.ts";

/** What the page's charts are drawn from: the part of a report that its text and tables do not hold already. */
export interface ChartData {
  readonly sweeps: readonly { readonly timeline: Timeline | null; readonly memory: readonly BatchMemory[] }[];
  readonly durations: Histogram;
  readonly sizes: Histogram;
  readonly updates: UpdatesOverTime;
}

export function chartData({ sweeps, durations, sizes, updates }: ReportData): ChartData {
  return { sweeps: sweeps.map(({ timeline, memory }) => ({ timeline, memory })), durations, sizes, updates };
}

/** What a chart of the page shows; those of a sweep are named with its place. */
export type ChartName = "targets" | "requests" | "rows" | "bytes" | "in-flight" | "memory" | "durations" | "sizes" | "updates";
