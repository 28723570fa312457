import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { DashboardCursorSync, type DashboardLink } from "@grafana/grafana-foundation-sdk/dashboard";
import { type ClassicDashboard, classicDashboard } from "./classic.ts";
import { laid } from "./grid.ts";
import type { Section } from "./section.ts";
import type { Variable } from "./variables.ts";

export interface DashboardWishes {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** How far back it looks at first, in Grafana's words. */
  readonly from: string;
  readonly timezone: "browser" | "utc";
  /** How often it asks again; "" for never by itself. */
  readonly refresh: string;
  readonly links: readonly Builder<DashboardLink>[];
  readonly variables: readonly Variable[];
  readonly sections: readonly Section[];
}

/** In the classic form, which Grafana 10 to 13 read. It cannot be edited there: it is made here. */
export function dashboard({ uid, title, description, from, timezone, refresh, links, variables, sections }: DashboardWishes): ClassicDashboard {
  const builder = classicDashboard(title)
    .uid(uid)
    .description(description)
    .tags(["sluice"])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .timezone(timezone)
    .time({ from, to: "now" })
    .refresh(refresh)
    .links([...links])
    .variables([...variables]);
  for (const each of laid(sections)) {
    if ("row" in each) builder.withRow(each.row);
    else builder.withPanel(each.panel);
  }
  return builder.build();
}
