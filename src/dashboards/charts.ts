import { PanelBuilder as BarChartBuilder } from "@grafana/grafana-foundation-sdk/barchart";
import { PanelBuilder as BarGaugeBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import { BarGaugeDisplayMode, BarGaugeNamePlacement, BarGaugeValueMode, ReduceDataOptionsBuilder, VizOrientation, LegendDisplayMode, LegendPlacement, StackingMode, VisibilityMode, VizLegendOptionsBuilder, GraphThresholdsStyleConfigBuilder, GraphThresholdsStyleMode, SortOrder, StackingConfigBuilder, TooltipDisplayMode, VizTooltipOptionsBuilder, ScaleDistribution, ScaleDistributionConfigBuilder } from "@grafana/grafana-foundation-sdk/common";
import type { ThresholdsConfigBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { HeatmapColorMode, HeatmapColorOptionsBuilder, HeatmapColorScale, HeatmapTooltipBuilder, PanelBuilder as HeatMapBuilder, YAxisConfigBuilder, CellValuesBuilder, FilterValueRangeBuilder } from "@grafana/grafana-foundation-sdk/heatmap";
import { PanelBuilder as StateTimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { asNumbers, asWords, type Words } from "./colours.ts";
import { type About, described, steps, NO_STEPS } from "./panel.ts";

export interface Bars extends About {
  readonly steps?: ThresholdsConfigBuilder;
  readonly colours?: Readonly<Record<string, string>>;
  readonly noValue?: string;
}

/** A bar for the last value of each series. */
export function bars({ steps: colouring = steps("blue"), colours = {}, noValue = "–", ...about }: Bars): BarGaugeBuilder {
  const panel = described(new BarGaugeBuilder(), about, 8)
    .min(0)
    .noValue(noValue)
    .thresholds(colouring)
    .displayMode(BarGaugeDisplayMode.Basic)
    .orientation(VizOrientation.Horizontal)
    .namePlacement(BarGaugeNamePlacement.Left)
    .valueMode(BarGaugeValueMode.Text)
    .showUnfilled(false)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("").values(false));
  for (const [name, fixedColor] of Object.entries(colours)) panel.overrideByName(name, [{ id: "color", value: { mode: "fixed", fixedColor } }]);
  return panel;
}

export interface BarChart extends About {
  /** The columns of the answer: a bar for each of `bar`, with a part for each of `part`. */
  readonly bar: string;
  readonly part: string;
  readonly value: string;
}

/** Bars in parts, from rows of (bar, part, value), in the order of the rows. */
export function barChart({ bar, part, value, ...about }: BarChart): BarChartBuilder {
  return described(new BarChartBuilder(), about, 10)
    .noValue("–")
    .thresholds(NO_STEPS)
    .withTransformation({ id: "groupingToMatrix", options: { columnField: part, rowField: bar, valueField: value, emptyValue: "zero" } })
    .orientation(VizOrientation.Horizontal)
    .stacking(StackingMode.Normal)
    .showValue(VisibilityMode.Never)
    .fillOpacity(80)
    .legend(new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).showLegend(true).calcs([]));
}

export interface Lines extends About {
  /** Drawn as lines across. */
  readonly steps?: ThresholdsConfigBuilder;
  readonly stacked?: "values" | "shares";
  readonly max?: number;
  /** Colours by the name of a series. */
  readonly colours?: Readonly<Record<string, string>>;
  /** No point stands for less than this: where what is counted comes in bursts. */
  readonly interval?: string;
  readonly noValue?: string;
}

export function lines({ steps, stacked, max, colours = {}, interval, noValue = "–", ...about }: Lines): TimeSeriesBuilder {
  const panel = described(new TimeSeriesBuilder(), about, 8)
    .min(0)
    .noValue(noValue)
    .lineWidth(1)
    .fillOpacity(stacked === undefined ? 10 : 40)
    .showPoints(VisibilityMode.Auto)
    .thresholds(steps ?? NO_STEPS)
    .legend(new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).showLegend(true).calcs([]))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (steps !== undefined) panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  if (stacked !== undefined) panel.stacking(new StackingConfigBuilder().mode(stacked === "values" ? StackingMode.Normal : StackingMode.Percent).group("A"));
  if (max !== undefined) panel.max(max);
  if (interval !== undefined) panel.interval(interval);
  for (const [name, fixedColor] of Object.entries(colours)) panel.overrideByName(name, [{ id: "color", value: { mode: "fixed", fixedColor } }]);
  return panel;
}

/** The buckets of a histogram upwards, time to the right, and how many as colour. `unit` is that of the buckets. */
export function heatMap(about: About): HeatMapBuilder {
  return described(new HeatMapBuilder(), { ...about, unit: "none" }, 8)
    .noValue("–")
    // A batch ends now and then: less than this, and most columns would be empty.
    .interval("2m")
    .calculate(false)
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme("Blues").scale(HeatmapColorScale.Exponential).exponent(0.5).steps(64).reverse(false).fill("blue"))
    .cellValues(new CellValuesBuilder().unit("none").decimals(0))
    .filterValues(new FilterValueRangeBuilder().le(1e-9))
    .yAxis(new YAxisConfigBuilder().unit(about.unit))
    .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Linear))
    .showValue(VisibilityMode.Never)
    .cellGap(1)
    .tooltip(new HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).yHistogram(true).showColorScale(true))
    .showLegend();
}

export interface History extends About {
  readonly words: Words;
  /** Are the values words already, and not their numbers? */
  readonly spelt?: boolean;
}

/** A band for each series, coloured by the state that held. */
export function history({ words, spelt = false, ...about }: History): StateTimelineBuilder {
  return described(new StateTimelineBuilder(), about, 6)
    .noValue("–")
    .mappings([spelt ? asWords(words) : asNumbers(words)])
    .mergeValues(true)
    .rowHeight(0.8)
    .fillOpacity(80)
    .showValue(VisibilityMode.Auto)
    .legend(new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).showLegend(false).calcs([]));
}
