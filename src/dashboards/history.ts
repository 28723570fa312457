import { LegendDisplayMode, LegendPlacement, VisibilityMode, VizLegendOptionsBuilder } from "@grafana/grafana-foundation-sdk/common";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { asNumbers, asWords, type Words } from "./colours.ts";
import { type About, described } from "./panel.ts";

export interface History extends About {
  readonly words: Words;
  /** Are the values words already, and not their numbers? */
  readonly spelt?: boolean;
}

/** A band for each series, coloured by the state that held. */
export function history({ words, spelt = false, ...about }: History): PanelBuilder {
  return described(new PanelBuilder(), about, 6)
    .noValue("–")
    .mappings([spelt ? asWords(words) : asNumbers(words)])
    .mergeValues(true)
    .rowHeight(0.8)
    .fillOpacity(80)
    .showValue(VisibilityMode.Auto)
    .legend(new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).showLegend(false).calcs([]));
}
