import { lines, bars } from "../charts.ts";
import { COLOUR } from "../colours.ts";
import { type Section, steps } from "../panel.ts";
import { over } from "../queries.ts";
import { ofSweeps, rate, ifAny, total } from "../selectors.ts";

/** What was counted is known when a batch ends: over less time there would be gaps and towers. */
const INTERVAL = "2m";
const EXACT = "Counted as batches end, so nothing is lost with a pod that nobody scraped.";

export const THROUGHPUT: Section = {
  title: "Throughput",
  lines: [
    [
      lines({
        title: "Targets a second",
        description: `Targets that got a result, by its state. ${EXACT}`,
        unit: "cps",
        width: 6,
        interval: INTERVAL,
        stacked: "values",
        queries: [over(rate(ofSweeps("sluice_sweep_answered_targets_total"), "state"), "{{state}}")],
      }),
      lines({
        title: "Requests a second",
        description: `Requests that ended, however they did. ${EXACT}`,
        unit: "reqps",
        width: 6,
        interval: INTERVAL,
        queries: [over(rate(ofSweeps("sluice_sweep_requests_total"), "sweep"), "{{sweep}}")],
      }),
      lines({
        title: "Bytes a second",
        description: `Bytes of answers, on the wire and as text after inflating. ${EXACT}`,
        unit: "binBps",
        width: 6,
        interval: INTERVAL,
        queries: [over(rate(ofSweeps("sluice_sweep_wire_bytes_total")), "on the wire"), over(rate(ofSweeps("sluice_sweep_inflated_bytes_total")), "text")],
      }),
      lines({
        title: "Rows a second",
        description: `Matches found in the text, and rows that were stored of them: updates of a second and type are one row. ${EXACT}`,
        unit: "cps",
        width: 6,
        interval: INTERVAL,
        queries: [over(rate(ofSweeps("sluice_sweep_matches_total")), "matches"), over(rate(ofSweeps("sluice_sweep_rows_total")), "rows")],
      }),
    ],
  ],
};

const live = (name: string): string => ofSweeps(name);

export const SLOTS: Section = {
  title: "Slots and throttling",
  lines: [
    [
      lines({
        title: "Slots in use",
        description: "The rights to have a request in flight, by host: what pods hold and want now, and what the host allows to all of them together. In use far below the limit while more is wanted: the pods are too few or too slow (batch.pods).",
        unit: "none",
        width: 9,
        noValue: "no batch runs",
        queries: [
          over(`sum by (host) (${live("sluice_worker_slots_held")})`, "held of {{host}}"),
          over(`sum by (host) (${live("sluice_worker_slots_wanted")})`, "wanted of {{host}}"),
          over(`max by (host) (${live("sluice_worker_slots_limit")})`, "limit of {{host}}"),
        ],
      }),
      lines({
        title: "Requests in flight",
        description: "Now, in the pods that run; and on average by Little's law, from the seconds that requests took, of the batches that ended.",
        unit: "none",
        width: 5,
        interval: "2m",
        queries: [over(`sum(${live("sluice_worker_in_flight_requests")})`, "now"), over(rate(ofSweeps("sluice_sweep_request_seconds_sum")), "on average")],
      }),
      lines({
        title: "Paused",
        description: "Seconds a second in which batches might not ask, by cause: throttled, when the provider said 429, or illness, when too many answers were its own errors. 1 for each pod that waits all the time.",
        unit: "none",
        width: 5,
        interval: "2m",
        noValue: "never",
        queries: [over(rate(ofSweeps("sluice_sweep_paused_seconds_total"), "cause"), "{{cause}}")],
      }),
      lines({
        title: "Answers 429",
        description: "The provider says that we ask too much. All batches obey its Retry-After; if it goes on, lower host.inFlight.",
        unit: "reqps",
        width: 5,
        interval: "2m",
        noValue: "none",
        queries: [over(rate(ofSweeps("sluice_sweep_requests_total", 'outcome="throttled"'), "sweep"), "{{sweep}}")],
      }),
    ],
  ],
};

export const FAILURES: Section = {
  title: "Failures",
  lines: [
    [
      bars({
        title: "Targets not settled, by reason",
        description: "How often a target was left unsettled by a pass, by error code, in the sweeps of the last two days. The next pass asks it again: most of these are settled in the end.",
        unit: "none",
        width: 6,
        steps: steps(COLOUR.watch),
        noValue: "none",
        queries: [over(ifAny(total(ofSweeps("sluice_sweep_target_errors_total"), "code")), "{{code}}")],
      }),
      lines({
        title: "Targets not settled a second",
        description: "The same over time: a wave of one code is the provider's, a steady trickle that of a few targets.",
        unit: "cps",
        width: 6,
        interval: "2m",
        noValue: "none",
        queries: [over(ifAny(rate(ofSweeps("sluice_sweep_target_errors_total"), "code")), "{{code}}")],
      }),
      lines({
        title: "Requests that got no whole answer",
        description: "Requests a second by what went wrong; those that we ended ourselves are left out. Each is tried again, or left to the next pass.",
        unit: "reqps",
        width: 6,
        interval: "2m",
        noValue: "none",
        queries: [over(ifAny(rate(ofSweeps("sluice_sweep_requests_total", 'outcome!~"answered|aborted"'), "outcome")), "{{outcome}}")],
      }),
      lines({
        title: "Retries",
        description: "Requests a second that were sent again within a pass, by why.",
        unit: "reqps",
        width: 6,
        interval: "2m",
        noValue: "none",
        queries: [over(rate(ofSweeps("sluice_sweep_retries_total"), "reason"), "{{reason}}")],
      }),
    ],
  ],
};
