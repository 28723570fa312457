import { barGauge, heatMap, timeSeries } from "../charts.ts";
import { COLOUR } from "../colours.ts";
import { type Section, thresholds } from "../panel.ts";
import { nonZero, ofSweep, perBucket, quantile, rate, total } from "../promql.ts";
import { buckets, range } from "../queries.ts";

const SECONDS = ofSweep("sluice_sweep_request_seconds_bucket");

export const PROVIDER: Section = {
  title: "Provider",
  lines: [
    [
      timeSeries({
        title: "Request latency",
        description: "Of requests that ended recently, from the moment when one may be sent to the end of its body.",
        unit: "s",
        width: 8,
        interval: "2m",
        queries: [range(quantile(0.5, SECONDS), "median"), range(quantile(0.9, SECONDS), "90th percentile"), range(quantile(0.99, SECONDS), "99th percentile")],
      }),
      heatMap({ title: "Request latency, distribution", description: "All requests. A band that rises means that the provider slows down.", unit: "s", width: 8, queries: [buckets(perBucket(SECONDS))] }),
      timeSeries({
        title: "Requests",
        description: "Per second, by outcome.",
        unit: "reqps",
        width: 8,
        interval: "2m",
        stacked: "values",
        colours: { answered: COLOUR.good },
        queries: [range(nonZero(rate(ofSweep("sluice_sweep_requests_total"), "outcome")), "{{outcome}}")],
      }),
    ],
    [
      barGauge({
        title: "Retries by reason",
        description: "Requests that were sent again within a pass, since the sweep started, by reason.",
        unit: "none",
        width: 6,
        thresholds: thresholds(COLOUR.watch),
        noValue: "none",
        queries: [range(total(ofSweep("sluice_sweep_retries_total"), "reason"), "{{reason}}")],
      }),
      barGauge({
        title: "Unsettled targets by code",
        description: "How often a pass left a target unsettled, since the sweep started, by error code. The dashboard Data names the targets.",
        unit: "none",
        width: 6,
        thresholds: thresholds(COLOUR.watch),
        noValue: "none",
        queries: [range(nonZero(total(ofSweep("sluice_sweep_target_errors_total"), "code")), "{{code}}")],
      }),
      barGauge({
        title: "Paused time by cause",
        description: "Seconds in which batches were not allowed to ask, summed over all pods.",
        unit: "s",
        width: 6,
        thresholds: thresholds(COLOUR.watch),
        noValue: "never",
        queries: [range(total(ofSweep("sluice_sweep_paused_seconds_total"), "cause"), "{{cause}}")],
      }),
      timeSeries({
        title: "Bytes",
        description: "Per second, on the wire and as decompressed text.",
        unit: "binBps",
        width: 6,
        interval: "2m",
        queries: [range(rate(ofSweep("sluice_sweep_wire_bytes_total")), "on the wire"), range(rate(ofSweep("sluice_sweep_inflated_bytes_total")), "text")],
      }),
    ],
  ],
};
