import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { DashboardCursorSync, type DashboardLink, type Panel, RowBuilder, type RowPanel, DashboardLinkBuilder, DashboardLinkType, DatasourceVariableBuilder, QueryVariableBuilder, type VariableModel, VariableRefresh, VariableSort } from "@grafana/grafana-foundation-sdk/dashboard";
import { type ClassicDashboard, classicDashboard, type Section } from "./panel.ts";
import { DATASOURCE } from "./queries.ts";

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

export type Laid = { readonly row: Builder<RowPanel> } | { readonly panel: Builder<Panel> };

/** Sections one below the other, with a number for each panel and a letter for each of its queries. */
export function laid(sections: readonly Section[]): readonly Laid[] {
  const all: Laid[] = [];
  let y = 0;
  for (const { title, lines } of sections) {
    if (title !== null) {
      all.push({ row: new RowBuilder(title).id(all.length + 1).gridPos({ x: 0, y, w: 24, h: 1 }) });
      y += 1;
    }
    for (const line of lines) {
      let [x, height] = [0, 0];
      for (const each of line) {
        const panel = each.build();
        const { w, h } = panel.gridPos!;
        const built: Panel = { ...panel, id: all.length + 1, gridPos: { x, y, w, h }, ...asking(panel) };
        all.push({ panel: { build: () => built } });
        x += w;
        height = Math.max(height, h);
      }
      y += height;
    }
  }
  return all;
}

/** With a letter for each query, and their data source said of the panel too: where it is not, Grafana 10 asks its default one. */
function asking({ targets }: Panel): Partial<Panel> {
  if (targets === undefined) return {};
  const [first] = targets as unknown as readonly [{ readonly datasource: NonNullable<Panel["datasource"]> }];
  return { datasource: first.datasource, targets: targets.map((query, index) => Object.assign(query, { refId: String.fromCharCode(65 + index) })) };
}

/** They never change: bookmarks and alerts point to them. */
export const UID = { sweeps: "sluice-sweeps", oneSweep: "sluice-one-sweep", data: "sluice-data" } as const;

const SAME_PLACE = "${datasource:queryparam}&${dataset:queryparam}&${sweep_namespace:queryparam}";

/** With the data source and what was chosen there; the time goes along. */
export const TO_SWEEPS = link("Sweeps", `/d/${UID.sweeps}?${SAME_PLACE}`);
export const TO_ONE_SWEEP = link("One sweep", `/d/${UID.oneSweep}?${SAME_PLACE}`);

/** The other way the data source is another one: only the time goes along. */
export const TO_SWEEPS_FROM_DATA = link("Sweeps", `/d/${UID.sweeps}`);
/** Prometheus' data source is none for it. */
export const TO_DATA = link("Data", `/d/${UID.data}?\${dataset:queryparam}`);

/** From a row of a table: the sweep that it is about. */
export const ROW_TO_ONE_SWEEP = {
  title: "Look at this sweep",
  url: `/d/${UID.oneSweep}?\${datasource:queryparam}&var-dataset=\${__data.fields.dataset}&var-sweep_namespace=\${__data.fields.sweep_namespace}&var-sweep=\${__data.fields.sweep}&\${__url_time_range}`,
};

function link(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url).keepTime(true).includeVars(false).icon("dashboard");
}

export type Variable = Builder<VariableModel>;

/** A dataset is filled by CronSweeps or by Sweeps that stand alone. */
export const KNOWN = '{__name__=~"sluice_windows|sluice_sweep_info"}';
export const KNOWN_OF_DATASET = KNOWN.replace("}", ', dataset=~"$dataset"}');

/** Which of the data sources of a kind is asked. The chart may put one in as the first choice. */
export function dataSource(kind: keyof typeof DATASOURCE): Variable {
  return new DatasourceVariableBuilder("datasource").label("Data source").type(DATASOURCE[kind].type);
}

/** Of the labels of a metric, over the time that is shown: also those of sweeps that are gone. */
export function label(name: string, shown: string, metric: string): QueryVariableBuilder {
  const query = `label_values(${metric}, ${name})`;
  return new QueryVariableBuilder(name)
    .label(shown)
    .datasource(DATASOURCE.prometheus)
    .query({ query, refId: name })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}

export function several(variable: QueryVariableBuilder): Variable {
  // Not the names that there are, one by one: those of a CronSweep without a Sweep would be missing.
  return variable.multi(true).includeAll(true).allValue(".*").current({ selected: true, text: ["All"], value: ["$__all"] });
}

/** Of the rows of a query with one column. */
export function ofRows(name: string, shown: string, query: string): Variable {
  return new QueryVariableBuilder(name).label(shown).datasource(DATASOURCE.postgres).query(query).definition(query).refresh(VariableRefresh.OnTimeRangeChanged).sort(VariableSort.Disabled);
}
