import { heatMap, timeSeries } from "../charts.ts";
import { COLOUR } from "../colours.ts";
import { type Section, thresholds } from "../panel.ts";
import { byProcess, dedupe, ofSweeps, perBucket, quantile, SWEEP, total } from "../promql.ts";
import { buckets, range } from "../queries.ts";

const PEAKS = ofSweeps("sluice_sweep_batch_peak_bytes_bucket");
const live = (name: string): string => byProcess(`max by (instance, pod) (${ofSweeps(name)})`);

export const MEMORY: Section = {
  title: "Memory",
  lines: [
    [
      heatMap({
        title: "Peak memory of batches",
        description: "The peak of anonymous memory of each batch that ended. A band that climbs towards the limit means that answers grow.",
        unit: "bytes",
        width: 8,
        queries: [buckets(perBucket(PEAKS))],
      }),
      timeSeries({
        title: "Peak memory and limit",
        description: "Median and 99th percentile of the peaks of batches that ended recently, the largest peak of each sweep, and the largest limit of a batch.",
        unit: "bytes",
        width: 8,
        queries: [
          range(quantile(0.5, PEAKS), "median"),
          range(quantile(0.99, PEAKS), "99th percentile"),
          range(dedupe(ofSweeps("sluice_sweep_peak_memory_bytes"), SWEEP), "largest of {{sweep}}"),
          range(`max(${ofSweeps("sluice_sweep_memory_limit_bytes")})`, "limit"),
        ],
      }),
      timeSeries({
        title: "Peak memory, share of limit",
        description: "The batch of each sweep that came closest to its limit. At 90 % a batch stops itself, and its targets come back with more memory.",
        unit: "percentunit",
        width: 8,
        max: 1,
        thresholds: thresholds(COLOUR.none, [0.9, COLOUR.bad]),
        queries: [range(dedupe(ofSweeps("sluice_sweep_peak_memory_ratio"), SWEEP), "{{sweep}}")],
      }),
    ],
    [
      timeSeries({
        title: "Memory of running pods",
        description: "Anonymous memory of each running batch, and the largest limit.",
        unit: "bytes",
        width: 8,
        noValue: "no batch is running",
        queries: [range(live("sluice_worker_anonymous_memory_bytes"), "{{process}}"), range(`max(${ofSweeps("sluice_worker_memory_limit_bytes")})`, "limit")],
      }),
      timeSeries({
        title: "Batches that ran out of memory",
        description: "Batches that their own guard or the kernel stopped, for each sweep since it started. The memory ladder handles them.",
        unit: "none",
        width: 8,
        noValue: "none",
        queries: [range(total(ofSweeps("sluice_sweep_batches_total", 'outcome="out-of-memory"'), "sweep"), "{{sweep}}")],
      }),
      timeSeries({
        title: "Memory ladder",
        description: "Batches planned in this round, by their memory. Targets of a batch that ran out of memory come back in batches a quarter of the size with twice the memory.",
        unit: "none",
        width: 8,
        stacked: "values",
        noValue: "nothing is planned",
        queries: [range(total(ofSweeps("sluice_sweep_round_batches"), "memory"), "{{memory}}")],
      }),
    ],
  ],
};
