import { PanelBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import { BarGaugeDisplayMode, BarGaugeNamePlacement, BarGaugeValueMode, ReduceDataOptionsBuilder, VizOrientation } from "@grafana/grafana-foundation-sdk/common";
import type { ThresholdsConfigBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { type About, described, steps } from "./panel.ts";

export interface Bars extends About {
  readonly steps?: ThresholdsConfigBuilder;
  readonly colours?: Readonly<Record<string, string>>;
  readonly noValue?: string;
}

/** A bar for the last value of each series. */
export function bars({ steps: colouring = steps("blue"), colours = {}, noValue = "–", ...about }: Bars): PanelBuilder {
  const panel = described(new PanelBuilder(), about, 8)
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
