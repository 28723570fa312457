import { describe, expect, test } from "vitest";
import { alertGroups, type AlertRule, EVERY_ALERT, seriesOf } from "../../support/alerts/expressions.ts";
import { checkRules, hasPromtool } from "../../support/alerts/promtool.ts";
import { hasHelm } from "../../support/kube/programs.ts";
import { ofKind, type Release, render } from "../../support/kube/rendered-chart.ts";

async function rulesWith(alerts: object = {}, release?: Release, values: object = {}): Promise<readonly AlertRule[]> {
  return (await alertGroups(alerts, release, values)).flatMap(({ rules }) => rules);
}

async function ruleWith(alert: string, alerts: object = {}): Promise<AlertRule> {
  return (await rulesWith(alerts)).find((rule) => rule.alert === alert)!;
}

describe.skipIf(!hasHelm)("the chart's PrometheusRule (needs helm)", () => {
  test("is created only if enabled", async () => {
    expect(ofKind(await render(), "PrometheusRule")).toEqual([]);
    const [rule] = ofKind(await render({ alerts: { enabled: true, labels: { release: "prometheus" } } }), "PrometheusRule");
    expect(rule!.metadata).toMatchObject({ name: "sluice", namespace: "sluice", labels: { release: "prometheus", "app.kubernetes.io/instance": "sluice" } });
  });

  test("leaves out the alerts of the disk while its size is unknown", async () => {
    const names = (await rulesWith({ database: { diskBytes: 0 } })).map(({ alert }) => alert);
    expect(names.filter((alert) => alert.startsWith("SluiceDatabase"))).toEqual([]);
    expect(names).toContain("SluicePartitionsLeft");
  });

  test("leaves out disabled alerts, and a group without alerts", async () => {
    const groups = await alertGroups({ ...EVERY_ALERT, disabled: ["SluiceMemoryNear", "SluiceDatabaseNearlyFull", "SluiceDatabaseFilling", "SluicePartitionsLeft"] });
    expect(groups.map(({ name }) => name)).toEqual(["sluice-controller", "sluice-sweeps", "sluice-windows"]);
    expect(groups.flatMap(({ rules }) => rules.map(({ alert }) => alert))).not.toContain("SluiceMemoryNear");
  });

  test("sets labels of every alert and the severity of one", async () => {
    const alerts = { alertLabels: { team: "data" }, severities: { SluiceSweepStuck: "page" } };
    expect((await ruleWith("SluiceSweepStuck", alerts)).labels).toEqual({ severity: "page", team: "data" });
    expect((await ruleWith("SluiceWindowLate", alerts)).labels).toEqual({ severity: "critical", team: "data" });
  });

  test("links to the runbooks, wherever they are", async () => {
    expect((await ruleWith("SluiceNoLeader")).annotations.runbook_url).toBe("https://github.com/sluice-dev/sluice/blob/main/docs/runbooks/SluiceNoLeader.md");
    expect((await ruleWith("SluiceNoLeader", { runbookUrl: "https://wiki.example.net/sluice/" })).annotations.runbook_url).toBe("https://wiki.example.net/sluice/SluiceNoLeader.md");
  });

  test("replaces every word in angle brackets", async () => {
    expect(JSON.stringify(await rulesWith())).not.toMatch(/<<|>>|<no value>/);
  });

  test("writes large numbers without an exponent", async () => {
    expect((await ruleWith("SluiceDatabaseNearlyFull", { database: { diskBytes: 2_000_000_000_000 } })).expr).toContain("> 0.85 * 2000000000000");
  });

  test("selects only series of its own release", async () => {
    const selectors = async (release: Release, values: object = {}) => [...new Set((await rulesWith({}, release, values)).flatMap(({ expr }) => seriesOf(expr)).map((series) => series.replace(/^[a-z_]+/, "")))];
    expect(await selectors({ name: "sluice", namespace: "sluice" })).toEqual(['{namespace="sluice",pod=~"sluice-[a-z0-9]+(-[a-z0-9]+)?"}', "{}"]);
    expect(await selectors({ name: "lab", namespace: "tools" }, { watch: { namespaces: ["bgp", "lab"] }, fullnameOverride: "lab-sluice" })).toEqual(['{namespace="tools",pod=~"lab-sluice-[a-z0-9]+(-[a-z0-9]+)?"}', '{sweep_namespace=~"bgp|lab"}']);
  });

  test("selects series by alerts.selector", async () => {
    const { expr } = await ruleWith("SluiceNoLeader", { selector: 'cluster="a: b",job="sluice"' });
    expect(expr.trim()).toBe('max by (namespace) (sluice_leader{cluster="a: b",job="sluice"}) < 1');
  });

  test.skipIf(!hasPromtool).for<[string, object, object]>([
    ["a selector", { selector: 'cluster=~"a|b"' }, {}],
    ["disabled alerts", { disabled: ["SluiceNoLeader", "SluiceMetricsGone"] }, {}],
    ["watched namespaces", {}, { watch: { namespaces: ["bgp", "lab"] } }],
    ["thresholds with fractions", { windowLate: { hours: 0.5 }, failedShare: { share: 0.001 }, database: { diskBytes: 1e12, days: 2.5 } }, {}],
  ])("is accepted by Prometheus with %s (needs promtool)", async ([, alerts, values]) => {
    expect(await checkRules(await alertGroups(alerts, undefined, values))).toMatchObject({ code: 0, stderr: "" });
  });

  test.for<[string, object, string]>([
    ["a misspelt alert", { disabled: ["SluiceMemoryNeer"] }, "at '/alerts/disabled/0'"],
    ["a severity for an unknown alert", { severities: { SluiceLate: "page" } }, "invalid propertyName 'SluiceLate'"],
    ["a misspelt threshold", { windowLate: { hour: 11 } }, "at '/alerts/windowLate': additional properties 'hour' not allowed"],
    ["a share in percent", { failedShare: { share: 5 } }, "at '/alerts/failedShare/share': maximum: got 5, want 1"],
    ["a duration without its unit", { noLeader: { for: "5" } }, "at '/alerts/noLeader/for'"],
    ["matchers in braces", { selector: '{job="sluice"}' }, "at '/alerts/selector'"],
    ["a label that is not a string", { alertLabels: { oncall: 1 } }, "at '/alerts/alertLabels/oncall'"],
  ])("refuses %s", async ([, alerts, sentence]) => {
    await expect(render({ alerts })).rejects.toThrow(sentence);
  });
});
