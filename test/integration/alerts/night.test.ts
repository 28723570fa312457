import { describe, expect, test } from "vitest";
import { alertGroups } from "../../support/alerts/expressions.ts";
import { aNight, NIGHT_MINUTES, type ByMinute } from "../../support/alerts/night.ts";
import { hasPromtool, testRules } from "../../support/alerts/promtool.ts";
import { hasHelm } from "../../support/kube/programs.ts";

describe.skipIf(!hasHelm || !hasPromtool)("a night with troubles that pass by themselves (needs helm and promtool)", () => {
  test("fires nothing", async () => {
    expect(await fired(aNight())).toEqual([]);
  });

  test("fires the alerts of what does not pass, until the end of the night", async () => {
    const stays: Readonly<Record<string, ByMinute>> = {
      sluice_newest_usable_window_end_timestamp_seconds: () => -86_400,
      sluice_sweep_blocked: (minute) => (minute >= 570 ? 1 : null),
      sluice_sweep_settled_targets: (minute) => (minute < 300 ? null : 100),
      sluice_sweep_batches_total: (minute) => (minute < 400 ? 0 : 20),
    };
    // While it is Blocked, and for an hour after, SluiceSweepStuck is quiet.
    const night = aNight((name) => stays[name.split("{")[0]!]);
    expect(await fired(night)).toEqual(["SluiceOutOfMemory 69", "SluiceSweepBlocked 256", "SluiceSweepStuck 272", "SluiceWindowLate 115"]);
  });
});

/** Which alerts fired, and for how many minutes. */
async function fired(night: Readonly<Record<string, string>>): Promise<string[]> {
  const input = Object.entries(night).map(([series, values]) => ({ series, values }));
  const question = { expr: `sum by (alertname) (count_over_time(ALERTS{alertstate="firing"}[${NIGHT_MINUTES}m]))`, eval_time: `${NIGHT_MINUTES}m`, exp_samples: [] };
  const { code, stderr } = await testRules(await alertGroups(), [{ interval: "1m", input_series: input, promql_expr_test: [question] }]);
  const alerts = [...stderr.matchAll(/\{alertname="(\w+)"\} ([\d.E+]+)/g)].map(([, alert, minutes]) => `${alert!} ${Number(minutes)}`).sort();
  // promtool passes only if it expected what it found: nothing.
  expect(code).toBe(alerts.length === 0 ? 0 : 1);
  return alerts;
}
