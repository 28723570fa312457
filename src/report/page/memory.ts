import type { EChartsCoreOption } from "echarts/core";
import type { BatchMemory } from "../report-data.ts";
import { memory } from "./axis-labels.ts";
import { COLOUR, LOOKS, NAMED, numberAxis, STILL, valueAxis } from "./looks.ts";

/** Limits that differ by more than this would press the smaller ones to the floor of a linear scale. */
const LINEAR_UP_TO = 4;

/** A point for each batch below the line of its limit; a triangle on the line for each that ran out of memory. */
export function memoryByBatch(batches: readonly BatchMemory[]): EChartsCoreOption {
  const limits = batches.map(({ limit }) => limit);
  const isWide = Math.max(...limits) / Math.min(...limits) > LINEAR_UP_TO;
  const first = batches[0]!.batch;
  const last = Math.max(batches.at(-1)!.to, first + 1);
  return {
    ...LOOKS,
    ...NAMED,
    tooltip: { ...LOOKS.tooltip, trigger: "item" },
    xAxis: numberAxis(first, last, (batch) => (Number.isInteger(batch) ? `#${batch}` : "")),
    yAxis: isWide ? { ...valueAxis({ label: memory }), type: "log", logBase: 2, min: "dataMin" } : valueAxis({ label: memory }),
    series: [
      {
        ...STILL,
        type: "line",
        name: "limit",
        step: "end",
        showSymbol: false,
        data: [...batches.map(({ batch, limit }) => [batch, limit]), [last, limits.at(-1)!]],
        lineStyle: { width: 1.5, type: "dashed", color: COLOUR.red },
        itemStyle: { color: COLOUR.red },
      },
      {
        type: "scatter",
        name: "peak",
        symbolSize: batches.length > 300 ? 4 : 6,
        emphasis: { disabled: true },
        itemStyle: { color: COLOUR.blue, opacity: 0.85 },
        data: batches.filter(({ peak, outOfMemory }) => peak !== null && !outOfMemory).map(({ batch, peak }) => [batch, peak]),
        tooltip: { formatter: ({ data: [batch, peak] }: { readonly data: readonly [number, number] }) => `batch ${batch}: ${memory(peak)}` },
      },
      {
        type: "scatter",
        name: "ran out of memory",
        symbol: "triangle",
        symbolSize: 10,
        emphasis: { disabled: true },
        itemStyle: { color: COLOUR.red },
        data: batches.filter(({ outOfMemory }) => outOfMemory).map(({ batch, limit }) => [batch, limit]),
        tooltip: { formatter: ({ data: [batch, limit] }: { readonly data: readonly [number, number] }) => `batch ${batch} ran out of its ${memory(limit)}` },
      },
    ],
  };
}
