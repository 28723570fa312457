import { PanelBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import { BarGaugeDisplayMode, BarGaugeNamePlacement, BarGaugeValueMode, ReduceDataOptionsBuilder, VizOrientation } from "@grafana/grafana-foundation-sdk/common";
import type { ThresholdsConfigBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { type About, steps } from "./panel.ts";

export interface Bars extends About {
  readonly steps?: ThresholdsConfigBuilder;
  readonly colours?: Readonly<Record<string, string>>;
  readonly noValue?: string;
}

/** A bar for the last value of each series. */
export function bars({ title, description, unit, width, height = 8, queries, steps: colouring = steps("blue"), colours = {}, noValue = "–" }: Bars): PanelBuilder {
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .span(width)
    .height(height)
    .targets([...queries])
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
