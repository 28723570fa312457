import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { CHART } from "../kube/rendered-chart.ts";

/** A rule as the chart keeps it: with words in angle brackets where values stand. */
export interface RawRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

/** Without helm: the chart's own files are YAML. */
export function rawRules(): readonly RawRule[] {
  return globSync("alerts/*.yaml", { cwd: CHART }).sort().flatMap((file) => parse(readFileSync(path.join(CHART, file), "utf8")) as RawRule[]);
}
