import { bars, lines } from "../charts.ts";
import { COLOUR, PHASES, stateNumber, TARGET_STATES } from "../colours.ts";
import { steps, type Section, stat } from "../panel.ts";
import { now, over } from "../queries.ts";
import { ofSweep, one, SWEEP, total } from "../selectors.ts";

const gauge = (name: string): string => one(ofSweep(name), SWEEP);

/** How far it is. */
export const PROGRESS: Section = {
  title: null,
  lines: [
    [
      stat({
        title: "Phase",
        description: "Blocked: its condition says what is wrong with the surroundings. Incomplete: `kubectl sluice rerun` asks for what is left. Failed: the file is wrong.",
        unit: "none",
        width: 4,
        words: PHASES,
        noValue: "no such sweep in this time",
        queries: [over(stateNumber((phase) => ofSweep("sluice_sweep_phase", `phase="${phase}"`), PHASES, SWEEP), "{{sweep}}")],
      }),
      stat({
        title: "Settled",
        description: "Share of its targets that are ok, empty or rejected.",
        unit: "percentunit",
        decimals: 2,
        width: 4,
        steps: steps(COLOUR.none, [1, COLOUR.good]),
        queries: [over(gauge("sluice_sweep_settled_ratio"), "{{sweep}}")],
      }),
      stat({
        title: "Time left",
        description: "Until the batches of this round are done, at the pace of those that are.",
        unit: "s",
        decimals: 0,
        width: 3,
        noValue: "not known",
        queries: [over(gauge("sluice_sweep_eta_seconds"), "{{sweep}}")],
      }),
      stat({
        title: "Took",
        description: "From its start until it was over, or until now.",
        unit: "s",
        decimals: 0,
        width: 3,
        queries: [over(`(${gauge("sluice_sweep_finished_timestamp_seconds")} or (time() + 0 * ${gauge("sluice_sweep_started_timestamp_seconds")})) - ${gauge("sluice_sweep_started_timestamp_seconds")}`, "{{sweep}}")],
      }),
      stat({
        title: "Pass",
        description: "One walk over what is unsettled. A few are normal: what one leaves undone, the next takes up.",
        unit: "none",
        width: 2,
        queries: [over(gauge("sluice_sweep_pass"), "{{sweep}}")],
      }),
      stat({
        title: "Peak memory",
        description: "The largest peak of a batch.",
        unit: "bytes",
        decimals: 0,
        width: 3,
        queries: [over(gauge("sluice_sweep_peak_memory_bytes"), "{{sweep}}")],
      }),
      stat({
        title: "Of its limit",
        description: "The batch that came nearest to its own limit. At 90 % it ends itself, and its targets come back with more.",
        unit: "percentunit",
        decimals: 0,
        width: 2,
        steps: steps(COLOUR.good, [0.9, COLOUR.watch], [1, COLOUR.bad]),
        queries: [over(gauge("sluice_sweep_peak_memory_ratio"), "{{sweep}}")],
      }),
      stat({
        title: "Blocked by",
        description: "What keeps it from its work now. Its conditions have the sentence.",
        unit: "none",
        width: 3,
        steps: steps(COLOUR.good, [1, COLOUR.bad]),
        named: true,
        noValue: "nothing",
        queries: [now(`max by (reason) (${ofSweep("sluice_sweep_blocked")})`, "{{reason}}")],
      }),
    ],
    [
      lines({
        title: "Settled targets",
        description: "Those that have a settled answer, and those that are planned. Passes show as bends: what is left is asked again, in smaller batches with more memory where those ran out of it.",
        unit: "none",
        width: 10,
        queries: [over(gauge("sluice_sweep_settled_targets"), "settled"), over(gauge("sluice_sweep_planned_targets"), "planned")],
      }),
      bars({
        title: "Targets by state",
        description: "As a prepare counted them last, from the database: at the start of each pass, and at the end.",
        unit: "none",
        width: 7,
        colours: TARGET_STATES,
        queries: [over(total(ofSweep("sluice_sweep_targets"), "state"), "{{state}}")],
      }),
      lines({
        title: "Passes and batches",
        description: "The pass it is in, and batches that run at once.",
        unit: "none",
        width: 7,
        queries: [over(gauge("sluice_sweep_pass"), "pass"), over(gauge("sluice_sweep_batches_running"), "batches running")],
      }),
    ],
  ],
};
