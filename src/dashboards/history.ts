import { LegendDisplayMode, LegendPlacement, VisibilityMode, VizLegendOptionsBuilder } from "@grafana/grafana-foundation-sdk/common";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { asNumbers, asWords, type Words } from "./colours.ts";
import type { About } from "./panel.ts";

export interface History extends About {
  readonly words: Words;
  /** Are the values words already, and not their numbers? */
  readonly spelt?: boolean;
}

/** A band for each series, coloured by the state that held. */
export function history({ title, description, unit, width, height = 6, queries, words, spelt = false }: History): PanelBuilder {
  return new PanelBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .span(width)
    .height(height)
    .targets([...queries])
    .noValue("–")
    .mappings([spelt ? asWords(words) : asNumbers(words)])
    .mergeValues(true)
    .rowHeight(0.8)
    .fillOpacity(80)
    .showValue(VisibilityMode.Auto)
    .legend(new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).showLegend(false).calcs([]));
}
