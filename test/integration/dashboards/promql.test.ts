import { describe, expect, test } from "vitest";
import { checkRules, hasPromtool } from "../../support/alerts/promtool.ts";
import { panelExpressions } from "../../support/dashboards/expressions.ts";

describe.skipIf(!hasPromtool)("the PromQL of the dashboards (needs promtool)", () => {
  const rules = panelExpressions().map(({ expr }, index) => ({ record: `panel:${index}`, expr }));

  test("is accepted by Prometheus", async () => {
    const { code, stdout, stderr } = await checkRules([{ name: "panels", rules }]);
    expect(stderr).toBe("");
    expect(stdout).toContain(`SUCCESS: ${rules.length} rules found`);
    expect(code).toBe(0);
  });

  test("is refused with a missing bracket", async () => {
    const { code, stderr } = await checkRules([{ name: "panels", rules: [...rules, { record: "panel:broken", expr: rules[0]!.expr.slice(0, -1) }] }]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("could not parse expression");
  });
});
