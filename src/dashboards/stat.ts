import { BigValueColorMode, BigValueGraphMode, BigValueTextMode, ReduceDataOptionsBuilder } from "@grafana/grafana-foundation-sdk/common";
import type { ThresholdsConfigBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { asNumbers, type Words } from "./colours.ts";
import { type About, described, NO_STEPS } from "./panel.ts";

export interface Stat extends About {
  readonly steps?: ThresholdsConfigBuilder;
  /** The value is the number of one of these. */
  readonly words?: Words;
  /** What stands there when nothing is known. */
  readonly noValue?: string;
  readonly decimals?: number;
  /** Also says which series each value is of. */
  readonly named?: boolean;
}

/** The last value of each series: of queries over time also that of a sweep that is not told of any more. */
export function stat({ steps = NO_STEPS, words, noValue = "–", decimals, named = false, ...about }: Stat): PanelBuilder {
  const panel = described(new PanelBuilder(), about, 4)
    .thresholds(steps)
    .noValue(noValue)
    .colorMode(words === undefined ? BigValueColorMode.Value : BigValueColorMode.BackgroundSolid)
    .graphMode(BigValueGraphMode.None)
    .textMode(named ? BigValueTextMode.ValueAndName : BigValueTextMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("").values(false));
  if (words !== undefined) panel.mappings([asNumbers(words)]);
  if (decimals !== undefined) panel.decimals(decimals);
  return panel;
}
