import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  type RowPanel,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { Section } from "./panel.ts";
import { DATASOURCE } from "./queries.ts";

/* eslint-disable @typescript-eslint/no-deprecated -- The SDK deprecates the classic form in favour of one that Grafana 10 to 12 cannot read. */

export type ClassicDashboard = Dashboard;

interface DashboardSpec {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** The start of the default time range, in Grafana's notation. */
  readonly from: string;
  readonly timezone: "browser" | "utc";
  /** How often it refreshes by itself; "" for never. */
  readonly refresh: string;
  readonly links: readonly Builder<DashboardLink>[];
  readonly variables: readonly Builder<VariableModel>[];
  readonly sections: readonly Section[];
}

/** In the classic form, which Grafana 10 to 13 read; read-only there. */
export function dashboard({ uid, title, description, from, timezone, refresh, links, variables, sections }: DashboardSpec): ClassicDashboard {
  const builder = new DashboardBuilder(title)
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
  for (const placed of place(sections)) {
    if ("row" in placed) builder.withRow(placed.row);
    else builder.withPanel(placed.panel);
  }
  return builder.build();
}

/* eslint-enable @typescript-eslint/no-deprecated */

type Placed = { readonly row: Builder<RowPanel> } | { readonly panel: Builder<Panel> };

/** Places the sections one below the other, and numbers the panels. */
function place(sections: readonly Section[]): readonly Placed[] {
  const all: Placed[] = [];
  let y = 0;
  for (const { title, lines } of sections) {
    if (title !== null) {
      all.push({ row: new RowBuilder(title).id(all.length + 1).gridPos({ x: 0, y, w: 24, h: 1 }) });
      y += 1;
    }
    for (const line of lines) {
      let [x, height] = [0, 0];
      for (const builder of line) {
        const panel = builder.build();
        const { w, h } = panel.gridPos!;
        const built: Panel = { ...panel, id: all.length + 1, gridPos: { x, y, w, h }, ...withLetters(panel) };
        all.push({ panel: { build: () => built } });
        x += w;
        height = Math.max(height, h);
      }
      y += height;
    }
  }
  return all;
}

/** Gives each query its letter, and the panel the data source of its queries: without it Grafana 10 asks its default data source. */
function withLetters({ targets }: Panel): Partial<Panel> {
  if (targets === undefined) return {};
  const [first] = targets as unknown as readonly [{ readonly datasource: NonNullable<Panel["datasource"]> }];
  return { datasource: first.datasource, targets: targets.map((query, index) => Object.assign(query, { refId: String.fromCharCode(65 + index) })) };
}

/** These never change: bookmarks and alerts point to them. */
export const UID = { sweeps: "sluice-sweeps", oneSweep: "sluice-one-sweep", data: "sluice-data" } as const;

const SAME_SELECTION = "${datasource:queryparam}&${dataset:queryparam}&${sweep_namespace:queryparam}";

/** Between dashboards of one data source: keep it, the selection and the time range. */
export const TO_SWEEPS = link("Sweeps", `/d/${UID.sweeps}?${SAME_SELECTION}`);
export const TO_ONE_SWEEP = link("One sweep", `/d/${UID.oneSweep}?${SAME_SELECTION}`);

/** Between Prometheus and Postgres: the data source differs, so it is not handed on. */
export const TO_SWEEPS_FROM_DATA = link("Sweeps", `/d/${UID.sweeps}`);
export const TO_DATA = link("Data", `/d/${UID.data}?\${dataset:queryparam}`);

/** From a row of a table to its sweep. */
export const ROW_TO_ONE_SWEEP = {
  title: "Show this sweep",
  url: `/d/${UID.oneSweep}?\${datasource:queryparam}&var-dataset=\${__data.fields.dataset}&var-sweep_namespace=\${__data.fields.sweep_namespace}&var-sweep=\${__data.fields.sweep}&\${__url_time_range}`,
};

function link(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url).keepTime(true).includeVars(false).icon("dashboard");
}

/** The series that name every dataset: those of CronSweeps, and those of Sweeps without a CronSweep. */
export const ALL_SERIES = '{__name__=~"sluice_windows|sluice_sweep_info"}';
export const SERIES_OF_DATASET = ALL_SERIES.replace("}", ', dataset=~"$dataset"}');

/** Lets the reader choose among the data sources of a kind. The chart may set the first choice. */
export function datasourceVariable(kind: keyof typeof DATASOURCE): Builder<VariableModel> {
  return new DatasourceVariableBuilder("datasource").label("Data source").type(DATASOURCE[kind].type);
}

/** The values of a label over the time range, so also those of sweeps that are gone. */
export function labelVariable(name: string, shown: string, series: string): QueryVariableBuilder {
  const query = `label_values(${series}, ${name})`;
  return new QueryVariableBuilder(name)
    .label(shown)
    .datasource(DATASOURCE.prometheus)
    .query({ query, refId: name })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}

export function multiValue(variable: QueryVariableBuilder): Builder<VariableModel> {
  // All is a pattern, not the list of known names: that would miss a CronSweep without a Sweep.
  return variable.multi(true).includeAll(true).allValue(".*").current({ selected: true, text: ["All"], value: ["$__all"] });
}

/** The rows of an SQL query with one column. */
export function sqlVariable(name: string, shown: string, query: string): Builder<VariableModel> {
  return new QueryVariableBuilder(name).label(shown).datasource(DATASOURCE.postgres).query(query).definition(query).refresh(VariableRefresh.OnTimeRangeChanged).sort(VariableSort.Disabled);
}
