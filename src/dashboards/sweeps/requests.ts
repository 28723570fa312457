import { barGauge, timeSeries } from "../charts.ts";
import { COLOUR } from "../colours.ts";
import { type Section, thresholds } from "../panel.ts";
import { nonZero, ofSweeps, rate, total } from "../promql.ts";
import { range } from "../queries.ts";

/** Counts arrive when a batch ends: a shorter interval would show gaps and spikes. */
const INTERVAL = "2m";
const EXACT = "Counted when batches end, so nothing is lost if a pod was never scraped.";

export const THROUGHPUT: Section = {
  title: "Throughput",
  lines: [
    [
      timeSeries({
        title: "Targets per second",
        description: `Targets with a result, by state. ${EXACT}`,
        unit: "cps",
        width: 6,
        interval: INTERVAL,
        stacked: "values",
        queries: [range(rate(ofSweeps("sluice_sweep_answered_targets_total"), "state"), "{{state}}")],
      }),
      timeSeries({
        title: "Requests per second",
        description: `Requests that ended, with any outcome. ${EXACT}`,
        unit: "reqps",
        width: 6,
        interval: INTERVAL,
        queries: [range(rate(ofSweeps("sluice_sweep_requests_total"), "sweep"), "{{sweep}}")],
      }),
      timeSeries({
        title: "Bytes per second",
        description: `Bytes of answers, on the wire and as decompressed text. ${EXACT}`,
        unit: "binBps",
        width: 6,
        interval: INTERVAL,
        queries: [range(rate(ofSweeps("sluice_sweep_wire_bytes_total")), "on the wire"), range(rate(ofSweeps("sluice_sweep_inflated_bytes_total")), "text")],
      }),
      timeSeries({
        title: "Rows per second",
        description: `Matches found in the text, and rows stored: all updates of one second and type are one row. ${EXACT}`,
        unit: "cps",
        width: 6,
        interval: INTERVAL,
        queries: [range(rate(ofSweeps("sluice_sweep_matches_total")), "matches"), range(rate(ofSweeps("sluice_sweep_rows_total")), "rows")],
      }),
    ],
  ],
};

export const FAILURES: Section = {
  title: "Failures",
  lines: [
    [
      barGauge({
        title: "Unsettled targets by code",
        description: "How often a pass left a target unsettled, by error code, in the sweeps of the last two days. The next pass asks it again, so most of these are settled in the end.",
        unit: "none",
        width: 6,
        thresholds: thresholds(COLOUR.watch),
        noValue: "none",
        queries: [range(nonZero(total(ofSweeps("sluice_sweep_target_errors_total"), "code")), "{{code}}")],
      }),
      timeSeries({
        title: "Unsettled targets per second",
        description: "The same over time. A wave of one code comes from the provider, a steady trickle from a few targets.",
        unit: "cps",
        width: 6,
        interval: INTERVAL,
        noValue: "none",
        queries: [range(nonZero(rate(ofSweeps("sluice_sweep_target_errors_total"), "code")), "{{code}}")],
      }),
      timeSeries({
        title: "Failed requests",
        description: "Requests per second without a whole answer, by outcome, except those that Sluice aborted itself. Each is retried, or left to the next pass.",
        unit: "reqps",
        width: 6,
        interval: INTERVAL,
        noValue: "none",
        queries: [range(nonZero(rate(ofSweeps("sluice_sweep_requests_total", 'outcome!~"answered|aborted"'), "outcome")), "{{outcome}}")],
      }),
      timeSeries({
        title: "Retries",
        description: "Requests per second that were sent again within a pass, by reason.",
        unit: "reqps",
        width: 6,
        interval: INTERVAL,
        noValue: "none",
        queries: [range(rate(ofSweeps("sluice_sweep_retries_total"), "reason"), "{{reason}}")],
      }),
    ],
  ],
};

export const SLOTS: Section = {
  title: "Slots and throttling",
  lines: [
    [
      timeSeries({
        title: "Slots in use",
        description: "Each slot allows one request in flight. By host: slots that pods hold and want now, and the limit for all pods together. If pods hold far fewer than the limit while they want more, there are too few pods (batch.pods), or they are too slow.",
        unit: "none",
        width: 9,
        noValue: "no batch is running",
        queries: [
          range(`sum by (host) (${ofSweeps("sluice_worker_slots_held")})`, "held of {{host}}"),
          range(`sum by (host) (${ofSweeps("sluice_worker_slots_wanted")})`, "wanted of {{host}}"),
          range(`max by (host) (${ofSweeps("sluice_worker_slots_limit")})`, "limit of {{host}}"),
        ],
      }),
      timeSeries({
        title: "Requests in flight",
        description: "Now, in the running pods; and on average, by Little's law from the durations of requests in batches that ended.",
        unit: "none",
        width: 5,
        interval: INTERVAL,
        queries: [range(`sum(${ofSweeps("sluice_worker_in_flight_requests")})`, "now"), range(rate(ofSweeps("sluice_sweep_request_seconds_sum")), "on average")],
      }),
      timeSeries({
        title: "Paused time",
        description: "Seconds per second in which batches were not allowed to ask, by cause: throttled (the provider answered 429) or illness (too many of its answers were errors, so the circuit breaker opened). A pod that waits all the time counts 1.",
        unit: "none",
        width: 5,
        interval: INTERVAL,
        noValue: "never",
        queries: [range(rate(ofSweeps("sluice_sweep_paused_seconds_total"), "cause"), "{{cause}}")],
      }),
      timeSeries({
        title: "429 responses",
        description: "The provider refuses requests because there are too many. All batches obey its Retry-After; if it continues, lower host.inFlight.",
        unit: "reqps",
        width: 5,
        interval: INTERVAL,
        noValue: "none",
        queries: [range(rate(ofSweeps("sluice_sweep_requests_total", 'outcome="throttled"'), "sweep"), "{{sweep}}")],
      }),
    ],
  ],
};
