import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { CHART } from "../kube/rendered-chart.ts";

/** A rule as in the chart, with values as words in angle brackets. */
export interface RawRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

/** Read without helm: the chart's alert files are YAML. */
export function rawRules(): readonly RawRule[] {
  return globSync("alerts/*.yaml", { cwd: CHART }).sort().flatMap((file) => parse(readFileSync(path.join(CHART, file), "utf8")) as RawRule[]);
}
