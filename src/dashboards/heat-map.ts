import { ScaleDistribution, ScaleDistributionConfigBuilder, VisibilityMode } from "@grafana/grafana-foundation-sdk/common";
import { HeatmapColorMode, HeatmapColorOptionsBuilder, HeatmapColorScale, HeatmapTooltipBuilder, PanelBuilder, YAxisConfigBuilder, CellValuesBuilder, FilterValueRangeBuilder } from "@grafana/grafana-foundation-sdk/heatmap";
import { TooltipDisplayMode } from "@grafana/grafana-foundation-sdk/common";
import { type About, described } from "./panel.ts";

/** The buckets of a histogram upwards, time to the right, and how many as colour. `unit` is that of the buckets. */
export function heatMap(about: About): PanelBuilder {
  return described(new PanelBuilder(), { ...about, unit: "none" }, 8)
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
