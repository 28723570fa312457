import { GraphThresholdsStyleConfigBuilder, GraphThresholdsStyleMode, LegendDisplayMode, LegendPlacement, SortOrder, StackingConfigBuilder, StackingMode, TooltipDisplayMode, VisibilityMode, VizLegendOptionsBuilder, VizTooltipOptionsBuilder } from "@grafana/grafana-foundation-sdk/common";
import type { ThresholdsConfigBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { type About, described, NO_STEPS } from "./panel.ts";

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

export function lines({ steps, stacked, max, colours = {}, interval, noValue = "–", ...about }: Lines): PanelBuilder {
  const panel = described(new PanelBuilder(), about, 8)
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
