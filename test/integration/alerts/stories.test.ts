import { describe, expect, test } from "vitest";
import { alertGroups, type AlertRule, EVERY_ALERT } from "../../support/alerts/expressions.ts";
import { checkRules, hasPromtool, testRules } from "../../support/alerts/promtool.ts";
import { ALERTS } from "../../support/alerts/stories.ts";
import type { Story } from "../../support/alerts/story.ts";
import { hasHelm } from "../../support/kube/programs.ts";

describe.skipIf(!hasHelm || !hasPromtool)("the alerts (need helm and promtool)", () => {
  test("are rules that Prometheus takes", async () => {
    const { code, stdout } = await checkRules(await alertGroups());
    expect(stdout).toContain(`SUCCESS: ${Object.keys(ALERTS).length} rules found`);
    expect(code).toBe(0);
  });

  describe.each(Object.entries(ALERTS))("%s", (alert, { severity, fires, isQuiet }) => {
    test.each(Object.entries(fires))("fires %s", async (_when, story) => {
      const rule = await ruleOf(alert, story);
      const { labels, summary } = story;
      await play(rule, story, [{ exp_labels: { ...labels, severity }, exp_annotations: { ...rule.annotations, summary } }]);
    });

    test.each(Object.entries(isQuiet))("is quiet %s", async (_when, story) => {
      await play(await ruleOf(alert, story), story, []);
    });
  });
});

const byDefault = hasHelm ? alertGroups() : Promise.resolve([]);

async function ruleOf(alert: string, { alerts }: Story): Promise<AlertRule> {
  const groups = await (alerts === undefined ? byDefault : alertGroups({ ...EVERY_ALERT, ...alerts }));
  return groups.flatMap(({ rules }) => rules).find((rule) => rule.alert === alert)!;
}

async function play(rule: AlertRule, { series, at, every = "1m" }: Story, fired: readonly object[]): Promise<void> {
  const input = Object.entries(series).map(([name, values]) => ({ series: name, values }));
  const story = { interval: every, input_series: input, alert_rule_test: [{ eval_time: at, alertname: rule.alert, exp_alerts: fired }] };
  const { code, stderr } = await testRules([{ name: "story", rules: [rule] }], [story], every);
  // stderr shows what fired instead.
  expect(stderr).toBe("");
  expect(code).toBe(0);
}
