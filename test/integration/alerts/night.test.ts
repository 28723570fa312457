import { describe, expect, test } from "vitest";
import { alertGroups } from "../../support/alerts/expressions.ts";
import { aNight, NIGHT_MINUTES, type Told } from "../../support/alerts/night.ts";
import { hasPromtool, testRules } from "../../support/alerts/promtool.ts";
import { hasHelm } from "../../support/kube/programs.ts";

describe.skipIf(!hasHelm || !hasPromtool)("a night with all that passes by itself (needs helm and promtool)", () => {
  test("fires nothing", async () => {
    expect(await fired(aNight())).toEqual([]);
  });

  test("fires what does not pass, from when it is told until the end of the night", async () => {
    const stays: Readonly<Record<string, Told>> = {
      sluice_newest_usable_window_end_timestamp_seconds: () => -86_400,
      sluice_sweep_blocked: (minute) => (minute >= 570 ? 1 : null),
      sluice_sweep_settled_targets: (minute) => (minute < 300 ? null : 100),
      sluice_sweep_batches_total: (minute) => (minute < 400 ? 0 : 20),
    };
    // Where it is Blocked, and for an hour after, it is not stuck as well.
    const night = aNight((name) => stays[name.split("{")[0]!]);
    expect(await fired(night)).toEqual(["SluiceOutOfMemory 69", "SluiceSweepBlocked 256", "SluiceSweepStuck 272", "SluiceWindowLate 115"]);
  });
});

/** Which fired, and for how many minutes. */
async function fired(night: Readonly<Record<string, string>>): Promise<string[]> {
  const input = Object.entries(night).map(([series, values]) => ({ series, values }));
  const question = { expr: `sum by (alertname) (count_over_time(ALERTS{alertstate="firing"}[${NIGHT_MINUTES}m]))`, eval_time: `${NIGHT_MINUTES}m`, exp_samples: [] };
  const { code, stderr } = await testRules(await alertGroups(), [{ interval: "1m", input_series: input, promql_expr_test: [question] }]);
  const told = [...stderr.matchAll(/\{alertname="(\w+)"\} ([\d.E+]+)/g)].map(([, alert, minutes]) => `${alert!} ${Number(minutes)}`).sort();
  // It is content where it was told to expect what it found: nothing.
  expect(code).toBe(told.length === 0 ? 0 : 1);
  return told;
}
