import { PanelBuilder as BarChartBuilder } from "@grafana/grafana-foundation-sdk/barchart";
import { PanelBuilder as BarGaugeBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BarGaugeValueMode,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import type { ThresholdsConfigBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { CellValuesBuilder, FilterValueRangeBuilder, HeatmapColorMode, HeatmapColorOptionsBuilder, HeatmapColorScale, HeatmapTooltipBuilder, PanelBuilder as HeatMapBuilder, YAxisConfigBuilder } from "@grafana/grafana-foundation-sdk/heatmap";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as StateTimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as TextBuilder, TextMode } from "@grafana/grafana-foundation-sdk/text";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { nameMapping, numberMapping, type StateStyles } from "./colours.ts";
import { NO_THRESHOLDS, type PanelSpec, thresholds, withSpec } from "./panel.ts";

interface Stat extends PanelSpec {
  readonly thresholds?: ThresholdsConfigBuilder;
  /** The value is the number of one of these states. */
  readonly states?: StateStyles;
  /** The text if there is no value. */
  readonly noValue?: string;
  readonly decimals?: number;
  /** Also shows the name of each series. */
  readonly named?: boolean;
}

/** The last value of each series. A range query also finds that of a sweep whose metrics are no longer exported. */
export function stat({ thresholds: colours = NO_THRESHOLDS, states, noValue = "–", decimals, named = false, ...spec }: Stat): StatBuilder {
  const panel = withSpec(new StatBuilder(), spec, 4)
    .thresholds(colours)
    .noValue(noValue)
    .colorMode(states === undefined ? BigValueColorMode.Value : BigValueColorMode.BackgroundSolid)
    .graphMode(BigValueGraphMode.None)
    .textMode(named ? BigValueTextMode.ValueAndName : BigValueTextMode.Value)
    .reduceOptions(lastValue());
  if (states !== undefined) panel.mappings([numberMapping(states)]);
  if (decimals !== undefined) panel.decimals(decimals);
  return panel;
}

function lastValue(): ReduceDataOptionsBuilder {
  return new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("").values(false);
}

interface BarGauge extends PanelSpec {
  readonly thresholds?: ThresholdsConfigBuilder;
  /** By the name of a series. */
  readonly colours?: Readonly<Record<string, string>>;
  readonly noValue?: string;
}

/** A bar for the last value of each series. */
export function barGauge({ thresholds: colouring = thresholds("blue"), colours = {}, noValue = "–", ...spec }: BarGauge): BarGaugeBuilder {
  const panel = withSpec(new BarGaugeBuilder(), spec, 8)
    .min(0)
    .noValue(noValue)
    .thresholds(colouring)
    .displayMode(BarGaugeDisplayMode.Basic)
    .orientation(VizOrientation.Horizontal)
    .namePlacement(BarGaugeNamePlacement.Left)
    .valueMode(BarGaugeValueMode.Text)
    .showUnfilled(false)
    .reduceOptions(lastValue());
  for (const [name, fixedColor] of Object.entries(colours)) panel.overrideByName(name, [{ id: "color", value: { mode: "fixed", fixedColor } }]);
  return panel;
}

interface BarChart extends PanelSpec {
  /** Columns of the answer: a bar for each value of `bar`, with a part for each value of `part`. */
  readonly bar: string;
  readonly part: string;
  readonly value: string;
}

/** Stacked bars from rows of (bar, part, value), in the order of the rows. */
export function barChart({ bar, part, value, ...spec }: BarChart): BarChartBuilder {
  return withSpec(new BarChartBuilder(), spec, 10)
    .noValue("–")
    .thresholds(NO_THRESHOLDS)
    .withTransformation({ id: "groupingToMatrix", options: { columnField: part, rowField: bar, valueField: value, emptyValue: "zero" } })
    .orientation(VizOrientation.Horizontal)
    .stacking(StackingMode.Normal)
    .showValue(VisibilityMode.Never)
    .fillOpacity(80)
    .legend(legend(true));
}

function legend(isShown: boolean): VizLegendOptionsBuilder {
  return new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).showLegend(isShown).calcs([]);
}

interface TimeSeries extends PanelSpec {
  /** Drawn as horizontal lines. */
  readonly thresholds?: ThresholdsConfigBuilder;
  readonly stacked?: "values" | "shares";
  readonly max?: number;
  /** By the name of a series. */
  readonly colours?: Readonly<Record<string, string>>;
  /** The shortest step between points, for counters that grow in bursts. */
  readonly interval?: string;
  readonly noValue?: string;
}

export function timeSeries({ thresholds: levels, stacked, max, colours = {}, interval, noValue = "–", ...spec }: TimeSeries): TimeSeriesBuilder {
  const panel = withSpec(new TimeSeriesBuilder(), spec, 8)
    .min(0)
    .noValue(noValue)
    .lineWidth(1)
    .fillOpacity(stacked === undefined ? 10 : 40)
    .showPoints(VisibilityMode.Auto)
    .thresholds(levels ?? NO_THRESHOLDS)
    .legend(legend(true))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (levels !== undefined) panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  if (stacked !== undefined) panel.stacking(new StackingConfigBuilder().mode(stacked === "values" ? StackingMode.Normal : StackingMode.Percent).group("A"));
  if (max !== undefined) panel.max(max);
  if (interval !== undefined) panel.interval(interval);
  for (const [name, fixedColor] of Object.entries(colours)) panel.overrideByName(name, [{ id: "color", value: { mode: "fixed", fixedColor } }]);
  return panel;
}

/** The buckets of a histogram over time; the colour shows the count. `unit` is that of the buckets. */
export function heatMap(spec: PanelSpec): HeatMapBuilder {
  return withSpec(new HeatMapBuilder(), { ...spec, unit: "none" }, 8)
    .noValue("–")
    // Batches end now and then: with a shorter interval most columns would be empty.
    .interval("2m")
    .calculate(false)
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme("Blues").scale(HeatmapColorScale.Exponential).exponent(0.5).steps(64).reverse(false).fill("blue"))
    .cellValues(new CellValuesBuilder().unit("none").decimals(0))
    .filterValues(new FilterValueRangeBuilder().le(1e-9))
    .yAxis(new YAxisConfigBuilder().unit(spec.unit))
    .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Linear))
    .showValue(VisibilityMode.Never)
    .cellGap(1)
    .tooltip(new HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).yHistogram(true).showColorScale(true))
    .showLegend();
}

interface StateTimeline extends PanelSpec {
  readonly states: StateStyles;
  /** The values are names of states, not their numbers. */
  readonly hasNames?: boolean;
}

/** A band for each series, coloured by its state. */
export function stateTimeline({ states, hasNames = false, ...spec }: StateTimeline): StateTimelineBuilder {
  return withSpec(new StateTimelineBuilder(), spec, 6)
    .noValue("–")
    .mappings([hasNames ? nameMapping(states) : numberMapping(states)])
    .mergeValues(true)
    .rowHeight(0.8)
    .fillOpacity(80)
    .showValue(VisibilityMode.Auto)
    .legend(legend(false));
}

interface Text {
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly markdown: string;
}

export function text({ title, description, width, height, markdown }: Text): TextBuilder {
  return new TextBuilder().title(title).description(description).span(width).height(height).mode(TextMode.Markdown).content(markdown);
}
