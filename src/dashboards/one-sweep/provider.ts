import { bars, heatMap, lines } from "../charts.ts";
import { COLOUR } from "../colours.ts";
import { steps, type Section } from "../panel.ts";
import { buckets, over } from "../queries.ts";
import { ifAny, ofSweep, perBucket, quantile, rate, total } from "../selectors.ts";

const SECONDS = ofSweep("sluice_sweep_request_seconds_bucket");

/** What the API did. */
export const PROVIDER: Section = {
  title: "Provider",
  lines: [
    [
      lines({
        title: "Latency",
        description: "Of requests that ended lately, from the moment one may be sent to the end of its body.",
        unit: "s",
        width: 8,
        interval: "2m",
        queries: [over(quantile(0.5, SECONDS), "half below"), over(quantile(0.9, SECONDS), "90 % below"), over(quantile(0.99, SECONDS), "99 % below")],
      }),
      heatMap({ title: "Latency of requests", description: "The same, all of them. A band that rises is a provider that slows down.", unit: "s", width: 8, queries: [buckets(perBucket(SECONDS))] }),
      lines({
        title: "Requests",
        description: "A second, by how they ended.",
        unit: "reqps",
        width: 8,
        interval: "2m",
        stacked: "values",
        colours: { answered: COLOUR.good },
        queries: [over(ifAny(rate(ofSweep("sluice_sweep_requests_total"), "outcome")), "{{outcome}}")],
      }),
    ],
    [
      bars({
        title: "Retries by reason",
        description: "Requests that were sent again within a pass, since the sweep began, by what went wrong before.",
        unit: "none",
        width: 6,
        steps: steps(COLOUR.watch),
        noValue: "none",
        queries: [over(total(ofSweep("sluice_sweep_retries_total"), "reason"), "{{reason}}")],
      }),
      bars({
        title: "Targets not settled, by code",
        description: "How often a pass left a target unsettled, since the sweep began, by error code. The dashboard Data names the targets.",
        unit: "none",
        width: 6,
        steps: steps(COLOUR.watch),
        noValue: "none",
        queries: [over(ifAny(total(ofSweep("sluice_sweep_target_errors_total"), "code")), "{{code}}")],
      }),
      bars({
        title: "Paused by cause",
        description: "Seconds in which its batches might not ask, those of all pods together.",
        unit: "s",
        width: 6,
        steps: steps(COLOUR.watch),
        noValue: "never",
        queries: [over(total(ofSweep("sluice_sweep_paused_seconds_total"), "cause"), "{{cause}}")],
      }),
      lines({
        title: "Bytes",
        description: "A second, on the wire and as text after inflating.",
        unit: "binBps",
        width: 6,
        interval: "2m",
        queries: [over(rate(ofSweep("sluice_sweep_wire_bytes_total")), "on the wire"), over(rate(ofSweep("sluice_sweep_inflated_bytes_total")), "text")],
      }),
    ],
  ],
};
