import { dashboards } from "../dashboards/dashboards.ts";
import { chartDefinitions, type ChartFile } from "./chart-definitions.ts";

/** All that is made from code below charts/sluice. */
export function chartFiles(): readonly ChartFile[] {
  return [...chartDefinitions(), ...chartDashboards()];
}

/** What the chart puts into ConfigMaps, and what can be imported by hand. */
export function chartDashboards(): readonly ChartFile[] {
  return Object.entries(dashboards()).map(([name, dashboard]) => ({ path: `dashboards/${name}.json`, text: `${JSON.stringify(dashboard, null, 2)}\n` }));
}
