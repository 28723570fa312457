import type { EChartsCoreOption } from "echarts/core";
import type { UpdatesOverTime } from "../report-data.ts";
import { count } from "./axis-labels.ts";
import { COLOUR, LOOKS, named, STILL, timeAxis, valueAxis } from "./looks.ts";

/** In the order of the types: the largest first; the sum of the other types is last and grey. */
const COLOURS = [COLOUR.blue, COLOUR.amber, COLOUR.teal, COLOUR.violet, COLOUR.red, COLOUR.grey];

/** A bar is in the middle of its hour or day. */
export function updatesOverTime({ starts, stepSeconds, types }: UpdatesOverTime): EChartsCoreOption {
  const end = (starts.at(-1) ?? 0) + stepSeconds;
  return {
    ...LOOKS,
    ...named(types.map(({ type }) => ({ name: nameOf(type), icon: "bar" }))),
    xAxis: timeAxis(starts[0] ?? 0, end),
    yAxis: valueAxis({ label: count }),
    series: types.map(({ type, updates }, index) => ({
      ...STILL,
      type: "bar",
      name: nameOf(type),
      stack: "updates",
      barCategoryGap: "20%",
      itemStyle: { color: COLOURS[index] },
      data: starts.map((start, at) => [(start + stepSeconds / 2) * 1000, updates[at] ?? 0]),
      tooltip: { valueFormatter: count },
    })),
  };
}

function nameOf(type: string | null): string {
  return type ?? "updates";
}
