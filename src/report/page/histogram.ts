import type { EChartsCoreOption } from "echarts/core";
import type { Bin, Histogram } from "../report-data.ts";
import { count } from "./axis-labels.ts";
import { COLOUR, LOOKS, named, numberAxis, STILL, valueAxis } from "./looks.ts";

const STATES = [
  { name: "ok", colour: COLOUR.green },
  { name: "empty", colour: COLOUR.teal },
  { name: "other", colour: COLOUR.grey },
] as const;

/** Bars over a logarithmic axis, all of the same width. `label` formats an amount. */
export function histogram({ bins }: Histogram, label: (value: number) => string): EChartsCoreOption {
  const [first, last] = [Math.log10(bins[0]!.from), Math.log10(bins.at(-1)!.to)];
  return {
    ...LOOKS,
    ...named(STATES.map(({ name }) => ({ name, icon: "bar" }))),
    tooltip: { ...LOOKS.tooltip, formatter: ([item]: readonly [{ readonly dataIndex: number }]) => tooltip(bins[item.dataIndex]!, label) },
    xAxis: numberAxis(first, last, (power) => label(Number((10 ** power).toPrecision(1))), powersIn(first, last)),
    yAxis: valueAxis({ label: count }),
    series: STATES.map(({ name, colour }) => ({
      ...STILL,
      type: "bar",
      name,
      stack: "targets",
      barCategoryGap: "8%",
      // One giant target among very many must stay visible.
      barMinHeight: 2,
      itemStyle: { color: colour },
      data: bins.map((bin) => [(Math.log10(bin.from) + Math.log10(bin.to)) / 2, bin[name] === 0 ? null : bin[name]]),
    })),
  };
}

/** Over more powers of ten than this, only the powers themselves get a tick. */
const FEW = 2;

/** The logarithms of 1, 2, 5, 10, 20 … from `first` to `last`; of 1, 10, 100 … over a wide range. */
export function powersIn(first: number, last: number): number[] {
  const steps = last - first > FEW ? [1] : [1, 2, 5];
  const from = Math.floor(first);
  return Array.from({ length: Math.ceil(last) - from + 1 }, (_, index) => steps.map((step) => Math.log10(step) + from + index))
    .flat()
    .filter((power) => power > first - 1e-9 && power < last + 1e-9);
}

function tooltip({ from, to, ok, empty, other }: Bin, label: (value: number) => string): string {
  return `${label(from)} to ${label(to)}<br>${ok} ok, ${empty} empty, ${other} other`;
}
