import { barGauge, stat, timeSeries } from "../charts.ts";
import { COLOUR, PHASES, stateNumber, TARGET_STATES } from "../colours.ts";
import { type Section, thresholds } from "../panel.ts";
import { dedupe, ofSweep, SWEEP, total } from "../promql.ts";
import { instant, range } from "../queries.ts";

const gauge = (name: string): string => dedupe(ofSweep(name), SWEEP);

export const PROGRESS: Section = {
  title: null,
  lines: [
    [
      stat({
        title: "Phase",
        description: "Blocked: the condition Blocked says why. Incomplete: `kubectl sluice rerun` asks again what is left. Failed: the spec is wrong.",
        unit: "none",
        width: 4,
        states: PHASES,
        noValue: "no such sweep in this time",
        queries: [range(stateNumber((phase) => ofSweep("sluice_sweep_phase", `phase="${phase}"`), PHASES, SWEEP), "{{sweep}}")],
      }),
      stat({
        title: "Settled",
        description: "The share of targets that are ok, empty or rejected.",
        unit: "percentunit",
        decimals: 2,
        width: 4,
        thresholds: thresholds(COLOUR.none, [1, COLOUR.good]),
        queries: [range(gauge("sluice_sweep_settled_ratio"), "{{sweep}}")],
      }),
      stat({
        title: "Time left",
        description: "Until the batches of the current round are done, at the pace of those that ended.",
        unit: "s",
        decimals: 0,
        width: 3,
        noValue: "not known",
        queries: [range(gauge("sluice_sweep_eta_seconds"), "{{sweep}}")],
      }),
      stat({
        title: "Duration",
        description: "From the start of the sweep until its end, or until now.",
        unit: "s",
        decimals: 0,
        width: 3,
        queries: [range(`(${gauge("sluice_sweep_finished_timestamp_seconds")} or (time() + 0 * ${gauge("sluice_sweep_started_timestamp_seconds")})) - ${gauge("sluice_sweep_started_timestamp_seconds")}`, "{{sweep}}")],
      }),
      stat({
        title: "Pass",
        description: "A pass asks every unsettled target once. A few passes are normal: each asks what the one before left unsettled.",
        unit: "none",
        width: 2,
        queries: [range(gauge("sluice_sweep_pass"), "{{sweep}}")],
      }),
      stat({
        title: "Peak memory",
        description: "The largest peak of any batch.",
        unit: "bytes",
        decimals: 0,
        width: 3,
        queries: [range(gauge("sluice_sweep_peak_memory_bytes"), "{{sweep}}")],
      }),
      stat({
        title: "Of limit",
        description: "The batch that came closest to its limit. At 90 % a batch stops itself, and its targets come back with more memory.",
        unit: "percentunit",
        decimals: 0,
        width: 2,
        thresholds: thresholds(COLOUR.good, [0.9, COLOUR.watch], [1, COLOUR.bad]),
        queries: [range(gauge("sluice_sweep_peak_memory_ratio"), "{{sweep}}")],
      }),
      stat({
        title: "Blocked by",
        description: "What the sweep waits for now. Its conditions have the details.",
        unit: "none",
        width: 3,
        thresholds: thresholds(COLOUR.good, [1, COLOUR.bad]),
        named: true,
        noValue: "nothing",
        queries: [instant(`max by (reason) (${ofSweep("sluice_sweep_blocked")})`, "{{reason}}")],
      }),
    ],
    [
      timeSeries({
        title: "Settled targets",
        description: "Targets with a settled answer, and planned targets. The line bends when a pass starts.",
        unit: "none",
        width: 10,
        queries: [range(gauge("sluice_sweep_settled_targets"), "settled"), range(gauge("sluice_sweep_planned_targets"), "planned")],
      }),
      barGauge({
        title: "Targets by state",
        description: "As the last prepare counted them in the database, at the start of each pass and at the end.",
        unit: "none",
        width: 7,
        colours: TARGET_STATES,
        queries: [range(total(ofSweep("sluice_sweep_targets"), "state"), "{{state}}")],
      }),
      timeSeries({
        title: "Passes and batches",
        description: "The current pass, and the number of running batches.",
        unit: "none",
        width: 7,
        queries: [range(gauge("sluice_sweep_pass"), "pass"), range(gauge("sluice_sweep_batches_running"), "batches running")],
      }),
    ],
  ],
};
