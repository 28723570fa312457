import { lines } from "../charts.ts";
import { COLOUR, PHASES } from "../colours.ts";
import { ROW_TO_ONE_SWEEP } from "../dashboard.ts";
import type { Section } from "../panel.ts";
import { over, rows } from "../queries.ts";
import { ofSweeps, one, SWEEP } from "../selectors.ts";
import { joined } from "../table.ts";

const gauge = (name: string): string => one(ofSweeps(name), SWEEP);

export const PROGRESS: Section = {
  title: "Sweeps",
  lines: [
    [
      joined(
        {
          title: "Sweeps",
          description: "Sweeps that are not over, and those that ended in the last two days. Memory: the largest peak of a batch as a share of its own limit. A click on a name shows that sweep alone.",
          unit: "none",
          width: 24,
          height: 8,
          noValue: "",
          columns: {
            dataset: { title: "dataset" },
            sweep_namespace: { title: "namespace" },
            sweep: { title: "sweep", link: ROW_TO_ONE_SWEEP },
            window: { title: "window" },
            phase: { title: "phase", words: PHASES },
            "Value #C": { title: "settled", unit: "percentunit", decimals: 2 },
            "Value #D": { title: "not settled", unit: "none" },
            "Value #E": { title: "ETA", unit: "s", decimals: 0 },
            "Value #F": { title: "pass", unit: "none" },
            "Value #G": { title: "batches running", unit: "none" },
            "Value #H": { title: "memory", unit: "percentunit", decimals: 0, steps: [[null, COLOUR.good], [0.9, COLOUR.watch], [1, COLOUR.bad]] },
            "Value #I": { title: "out of memory", unit: "none", steps: [[null, COLOUR.good], [1, COLOUR.watch]] },
          },
        },
        [
          rows(one(ofSweeps("sluice_sweep_info"), [...SWEEP, "window"])),
          rows(`${one(ofSweeps("sluice_sweep_phase"), [...SWEEP, "phase"])} == 1`),
          rows(gauge("sluice_sweep_settled_ratio")),
          rows(`${gauge("sluice_sweep_planned_targets")} - ${gauge("sluice_sweep_settled_targets")}`),
          rows(gauge("sluice_sweep_eta_seconds")),
          rows(gauge("sluice_sweep_pass")),
          rows(gauge("sluice_sweep_batches_running")),
          rows(gauge("sluice_sweep_peak_memory_ratio")),
          rows(one(ofSweeps("sluice_sweep_batches_total", 'outcome="out-of-memory"'), SWEEP)),
        ],
      ),
    ],
    [
      lines({
        title: "Settled share",
        description: "Of each sweep's targets, how many have a settled answer, while it goes. Flat while a sweep is Running: see Throttling, and whether it is Blocked.",
        unit: "percentunit",
        width: 12,
        max: 1,
        queries: [over(gauge("sluice_sweep_settled_ratio"), "{{sweep}}")],
      }),
      lines({
        title: "Time left",
        description: "Until the batches of this round of each sweep are done, at the pace of those that are. It rises where the provider slows us down, and anew with the next pass.",
        unit: "s",
        width: 12,
        queries: [over(gauge("sluice_sweep_eta_seconds"), "{{sweep}}")],
        noValue: "nothing runs",
      }),
    ],
  ],
};
