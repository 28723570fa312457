import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";

export type PanelToLay = Builder<Panel>;

/** Panels under a heading, line by line. Each says how wide and high it is; the widths of a line add up to 24. */
export interface Section {
  /** Null for the first one: nothing stands above what is looked at first. */
  readonly title: string | null;
  readonly lines: readonly (readonly PanelToLay[])[];
}
