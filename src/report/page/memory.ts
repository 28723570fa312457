import type { EChartsCoreOption } from "echarts/core";
import type { BatchMemory } from "../report-data.ts";
import { memory } from "./axis-labels.ts";
import { COLOUR, LOOKS, named, numberAxis, STILL, valueAxis } from "./looks.ts";

/** If limits differ by a larger factor than this, the scale is logarithmic: a linear one would press the smaller limits to the bottom. */
const LINEAR_UP_TO = 4;
/** Room above the largest limit. */
const HEADROOM = 1.125;

const LIMIT = "limit";
const PEAK = "peak";
const OUT = "ran out of memory";

/** A point for each batch below the line of its limit; a triangle on that line for each batch that ran out of memory. */
export function memoryByBatch(batches: readonly BatchMemory[]): EChartsCoreOption {
  const out = batches.filter(({ outOfMemory }) => outOfMemory);
  const last = batches.at(-1)!.to;
  return {
    ...LOOKS,
    ...named([{ name: PEAK, icon: "point" }, { name: LIMIT, icon: "dashes" }, ...(out.length === 0 ? [] : [{ name: OUT, icon: "triangle" } as const])]),
    tooltip: { ...LOOKS.tooltip, trigger: "item" },
    xAxis: numberAxis(batches[0]!.batch - 0.5, last + 0.5, (batch) => (Number.isInteger(batch) ? `#${batch}` : "")),
    yAxis: memoryAxis(batches),
    series: [
      {
        ...STILL,
        type: "line",
        name: LIMIT,
        step: "end",
        showSymbol: false,
        data: [...batches.map(({ batch, limit }) => [batch - 0.5, limit]), [last + 0.5, batches.at(-1)!.limit]],
        lineStyle: { width: 1.5, type: "dashed", color: COLOUR.red },
        itemStyle: { color: COLOUR.red },
      },
      {
        ...points(PEAK, COLOUR.blue, (batch, peak) => `batch ${batch}: ${memory(peak)}`),
        symbolSize: batches.length > 300 ? 4 : 6,
        data: batches.filter(({ peak, outOfMemory }) => peak !== null && !outOfMemory).map(({ batch, peak }) => [batch, peak]),
      },
      {
        ...points(OUT, COLOUR.red, (batch, limit) => `batch ${batch} ran out of its ${memory(limit)}`),
        symbol: "triangle",
        symbolSize: 10,
        data: out.map(({ batch, limit }) => [batch, limit]),
      },
    ],
  };
}

function points(name: string, colour: string, describe: (batch: number, bytes: number) => string) {
  return {
    type: "scatter",
    name,
    emphasis: { disabled: true },
    itemStyle: { color: colour },
    tooltip: { formatter: ({ data: [batch, bytes] }: { readonly data: readonly [number, number] }) => describe(batch, bytes) },
  } as const;
}

/** Ticks at quarters of the largest limit, or at powers of two on a log scale. */
function memoryAxis(batches: readonly BatchMemory[]) {
  const limits = batches.map(({ limit }) => limit);
  const [smallest, largest] = [Math.min(...limits), Math.max(...limits)];
  const axis = valueAxis({ label: memory });
  const highest = Math.max(largest, ...batches.map(({ peak }) => peak ?? 0)) * HEADROOM;
  if (largest / smallest <= LINEAR_UP_TO) {
    return { ...axis, interval: largest / 4, max: highest, axisLabel: { ...axis.axisLabel, showMaxLabel: false }, splitLine: { ...axis.splitLine, showMaxLine: false } };
  }
  const lowest = Math.min(smallest, ...batches.flatMap(({ peak }) => (peak === null ? [] : [peak])));
  return { ...axis, type: "log", logBase: 2, min: 2 ** Math.floor(Math.log2(lowest)) };
}
