import { PanelBuilder } from "@grafana/grafana-foundation-sdk/barchart";
import { LegendDisplayMode, LegendPlacement, StackingMode, VisibilityMode, VizLegendOptionsBuilder, VizOrientation } from "@grafana/grafana-foundation-sdk/common";
import { type About, described, NO_STEPS } from "./panel.ts";

export interface BarChart extends About {
  /** The columns of the answer: a bar for each of `bar`, with a part for each of `part`. */
  readonly bar: string;
  readonly part: string;
  readonly value: string;
}

/** Bars in parts, from rows of (bar, part, value), in the order of the rows. */
export function barChart({ bar, part, value, ...about }: BarChart): PanelBuilder {
  return described(new PanelBuilder(), about, 10)
    .noValue("–")
    .thresholds(NO_STEPS)
    .withTransformation({ id: "groupingToMatrix", options: { columnField: part, rowField: bar, valueField: value, emptyValue: "zero" } })
    .orientation(VizOrientation.Horizontal)
    .stacking(StackingMode.Normal)
    .showValue(VisibilityMode.Never)
    .fillOpacity(80)
    .legend(new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).showLegend(true).calcs([]));
}
