import { ofKind, type Release, render } from "../kube/rendered-chart.ts";

/** As Prometheus loads it. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string };
}

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly AlertRule[];
}

export interface AlertExpression {
  readonly alert: string;
  readonly expr: string;
  /**
   * The series that it reads, each as a query of its own: an alert's expression has no result while all is well, these have.
   * Matchers that select trouble (a code, a phase, a cause) are dropped, those that select the release are kept.
   */
  readonly reads: readonly string[];
}

/** The labels that distinguish a release's series from those of others. */
const WHOSE = ["namespace", "pod", "sweep_namespace"];

/** Exported only while a Sweep is blocked, so a healthy cluster lacks it. */
export const ONLY_IN_TROUBLE: readonly string[] = ["sluice_sweep_blocked"];

/** Enables every alert of the chart: the size of the disk has no default. */
export const EVERY_ALERT = { enabled: true, database: { diskBytes: 100 * 2 ** 30 } };

/** The groups of the chart's PrometheusRule. `alerts` are values of the chart. */
export async function alertGroups(alerts: object = EVERY_ALERT, release?: Release, values: object = {}): Promise<readonly RuleGroup[]> {
  const [rule] = ofKind(await render({ ...values, alerts: { ...EVERY_ALERT, ...alerts } }, release), "PrometheusRule");
  return (rule!.spec as { readonly groups: readonly RuleGroup[] }).groups;
}

export async function alertExpressions(release?: Release): Promise<AlertExpression[]> {
  const groups = await alertGroups(EVERY_ALERT, release);
  return groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => ({ alert, expr, reads: seriesOf(expr) })));
}

/** `sluice_sweep_phase{namespace="sluice",phase="Blocked"}` becomes `sluice_sweep_phase{namespace="sluice"}`. */
export function seriesOf(expr: string): string[] {
  const selectors = [...expr.matchAll(/\b(sluice_[a-z_]+)(?:\{([^}]*)\})?/g)].map(([, metric, matchers = ""]) => {
    const kept = [...matchers.matchAll(/([a-z_]+)(?:=~|!~|!=|=)"[^"]*"/g)].filter(([, label]) => WHOSE.includes(label!)).map(([matcher]) => matcher);
    return `${metric!}{${kept.join(",")}}`;
  });
  return [...new Set(selectors)].sort();
}
