import { timeSeries } from "../charts.ts";
import { COLOUR, PHASES } from "../colours.ts";
import { ROW_TO_ONE_SWEEP } from "../dashboard.ts";
import type { Section } from "../panel.ts";
import { dedupe, ofSweeps, SWEEP } from "../promql.ts";
import { instantRows, range } from "../queries.ts";
import { joinedTable } from "../table.ts";

const gauge = (name: string): string => dedupe(ofSweeps(name), SWEEP);

export const PROGRESS: Section = {
  title: "Sweeps",
  lines: [
    [
      joinedTable(
        {
          title: "Sweeps",
          description: "Sweeps that are running, and those that ended in the last two days. Memory is the largest peak of a batch as a share of its limit. Click a name to see that sweep alone.",
          unit: "none",
          width: 24,
          height: 8,
          noValue: "",
          columns: {
            dataset: { title: "dataset" },
            sweep_namespace: { title: "namespace" },
            sweep: { title: "sweep", link: ROW_TO_ONE_SWEEP },
            window: { title: "window" },
            phase: { title: "phase", states: PHASES },
            "Value #C": { title: "settled", unit: "percentunit", decimals: 2 },
            "Value #D": { title: "not settled", unit: "none" },
            "Value #E": { title: "ETA", unit: "s", decimals: 0 },
            "Value #F": { title: "pass", unit: "none" },
            "Value #G": { title: "batches running", unit: "none" },
            "Value #H": { title: "memory", unit: "percentunit", decimals: 0, thresholds: [[null, COLOUR.good], [0.9, COLOUR.watch], [1, COLOUR.bad]] },
            "Value #I": { title: "out of memory", unit: "none", thresholds: [[null, COLOUR.good], [1, COLOUR.watch]] },
          },
        },
        [
          instantRows(dedupe(ofSweeps("sluice_sweep_info"), [...SWEEP, "window"])),
          instantRows(`${dedupe(ofSweeps("sluice_sweep_phase"), [...SWEEP, "phase"])} == 1`),
          instantRows(gauge("sluice_sweep_settled_ratio")),
          instantRows(`${gauge("sluice_sweep_planned_targets")} - ${gauge("sluice_sweep_settled_targets")}`),
          instantRows(gauge("sluice_sweep_eta_seconds")),
          instantRows(gauge("sluice_sweep_pass")),
          instantRows(gauge("sluice_sweep_batches_running")),
          instantRows(gauge("sluice_sweep_peak_memory_ratio")),
          instantRows(dedupe(ofSweeps("sluice_sweep_batches_total", 'outcome="out-of-memory"'), SWEEP)),
        ],
      ),
    ],
    [
      timeSeries({
        title: "Settled share of sweeps",
        description: "The share of each sweep's targets with a settled answer. If it is flat while the sweep is Running, check Slots and throttling below, and whether the sweep is Blocked.",
        unit: "percentunit",
        width: 12,
        max: 1,
        queries: [range(gauge("sluice_sweep_settled_ratio"), "{{sweep}}")],
      }),
      timeSeries({
        title: "Time left",
        description: "Until the batches of the current round are done, at the pace of those that ended. It rises if the provider slows down, and when the next pass starts.",
        unit: "s",
        width: 12,
        queries: [range(gauge("sluice_sweep_eta_seconds"), "{{sweep}}")],
        noValue: "no sweep is running",
      }),
    ],
  ],
};
