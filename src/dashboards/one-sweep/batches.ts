import { barGauge, heatMap, stat, timeSeries } from "../charts.ts";
import { COLOUR } from "../colours.ts";
import type { Section } from "../panel.ts";
import { dedupe, ofSweep, perBucket, quantileOfAll, SWEEP, total } from "../promql.ts";
import { buckets, range } from "../queries.ts";

const SECONDS = ofSweep("sluice_sweep_batch_seconds_bucket");
const PEAKS = ofSweep("sluice_sweep_batch_peak_bytes_bucket");

export const BATCHES: Section = {
  title: "Batches",
  lines: [
    [
      heatMap({
        title: "Batch duration",
        description: "The duration of each batch that ended. A second band above the first means that batches wait for slots, or that the provider became slow.",
        unit: "s",
        width: 12,
        queries: [buckets(perBucket(SECONDS))],
      }),
      heatMap({
        title: "Peak memory of batches",
        description: "The peak of anonymous memory of each batch that ended.",
        unit: "bytes",
        width: 12,
        queries: [buckets(perBucket(PEAKS))],
      }),
    ],
    [
      stat({
        title: "Batch duration, quantiles",
        description: "Of all batches of this sweep. Estimated from buckets.",
        unit: "s",
        decimals: 0,
        width: 6,
        height: 6,
        named: true,
        queries: [range(quantileOfAll(0.5, SECONDS), "median"), range(quantileOfAll(0.9, SECONDS), "90th percentile"), range(quantileOfAll(0.99, SECONDS), "99th percentile")],
      }),
      stat({
        title: "Batch memory, quantiles",
        description: "Peaks of all batches of this sweep. The quantiles are estimated from buckets; the largest peak and the largest limit are exact.",
        unit: "bytes",
        decimals: 0,
        width: 8,
        height: 6,
        named: true,
        queries: [
          range(quantileOfAll(0.5, PEAKS), "median"),
          range(quantileOfAll(0.99, PEAKS), "99th percentile"),
          range(dedupe(ofSweep("sluice_sweep_peak_memory_bytes"), SWEEP), "largest"),
          range(dedupe(ofSweep("sluice_sweep_memory_limit_bytes"), SWEEP), "largest limit"),
        ],
      }),
      barGauge({
        title: "How batches ended",
        description: "stopped: asked to stop; the next pass does the rest. halted: the database, the disk or the spec is wrong. out-of-memory: the memory ladder handles it. crashed: three in a row without a result block the sweep; `kubectl sluice logs` has their last lines.",
        unit: "none",
        width: 5,
        height: 6,
        colours: { done: COLOUR.good, stopped: COLOUR.wait, halted: COLOUR.bad, "out-of-memory": COLOUR.watch, crashed: COLOUR.bad },
        queries: [range(total(ofSweep("sluice_sweep_batches_total"), "outcome"), "{{outcome}}")],
      }),
      timeSeries({
        title: "Memory ladder",
        description: "Batches planned in this round, by their memory. After a batch ran out of memory, its targets come back in batches a quarter of the size with twice the memory.",
        unit: "none",
        width: 5,
        height: 6,
        stacked: "values",
        noValue: "nothing is planned",
        queries: [range(total(ofSweep("sluice_sweep_round_batches"), "memory"), "{{memory}}")],
      }),
    ],
  ],
};
