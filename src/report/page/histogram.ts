import type { EChartsCoreOption } from "echarts/core";
import type { Histogram } from "../report-data.ts";
import { count } from "./axis-labels.ts";
import { COLOUR, LOOKS, NAMED, numberAxis, STILL, valueAxis } from "./looks.ts";

/** Below this many powers of ten a tick at each would leave the axis bare. */
const FEW_DECADES = 2;

/** Bars over the logarithm of what they measure, so that a bar is as wide as the other. `label` writes an amount. */
export function histogram({ bins }: Histogram, label: (value: number) => string): EChartsCoreOption {
  const [first, last] = [Math.log10(bins[0]!.from), Math.log10(bins.at(-1)!.to)];
  const every = last - first < FEW_DECADES ? 0.2 : 1;
  return {
    ...LOOKS,
    ...NAMED,
    tooltip: { ...LOOKS.tooltip, formatter: (items: readonly { readonly dataIndex: number }[]) => tooltip(bins[items[0]!.dataIndex]!, label) },
    xAxis: {
      ...numberAxis(first, last, (power) => (isMultiple(power, every) ? label(Number((10 ** power).toPrecision(2))) : "")),
      interval: every,
    },
    yAxis: valueAxis({ label: count }),
    series: (["ok", "empty", "other"] as const).map((state, index) => ({
      ...STILL,
      type: "bar",
      name: state,
      stack: "targets",
      barWidth: "92%",
      barCategoryGap: "8%",
      // One giant among very many is what is looked for.
      barMinHeight: 2,
      itemStyle: { color: [COLOUR.green, COLOUR.teal, COLOUR.grey][index] },
      data: bins.map((bin) => [(Math.log10(bin.from) + Math.log10(bin.to)) / 2, bin[state] === 0 ? null : bin[state]]),
    })),
  };
}

function isMultiple(value: number, of: number): boolean {
  return Math.abs(value / of - Math.round(value / of)) < 1e-6;
}

function tooltip({ from, to, ok, empty, other }: Histogram["bins"][number], label: (value: number) => string): string {
  return `${label(from)} to ${label(to)}<br>${ok} ok, ${empty} empty, ${other} other`;
}
