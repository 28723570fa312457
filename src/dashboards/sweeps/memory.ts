import { heatMap, lines } from "../charts.ts";
import { COLOUR } from "../colours.ts";
import { steps, type Section } from "../panel.ts";
import { buckets, over } from "../queries.ts";
import { byProcess, ofSweeps, one, perBucket, quantile, SWEEP, total } from "../selectors.ts";

const PEAKS = ofSweeps("sluice_sweep_batch_peak_bytes_bucket");
const live = (name: string): string => byProcess(`max by (instance, pod) (${ofSweeps(name)})`);

export const MEMORY: Section = {
  title: "Memory",
  lines: [
    [
      heatMap({
        title: "Peak memory of batches",
        description: "Anonymous memory at its peak, of each batch that ended. A band that climbs towards the limit says that answers grow.",
        unit: "bytes",
        width: 8,
        queries: [buckets(perBucket(PEAKS))],
      }),
      lines({
        title: "Peaks against the limit",
        description: "Peak memory of the batches that ended lately, half of them and 99 of 100, the largest of each sweep, and the largest limit that a batch has.",
        unit: "bytes",
        width: 8,
        queries: [
          over(quantile(0.5, PEAKS), "half below"),
          over(quantile(0.99, PEAKS), "99 % below"),
          over(one(ofSweeps("sluice_sweep_peak_memory_bytes"), SWEEP), "largest of {{sweep}}"),
          over(`max(${ofSweeps("sluice_sweep_memory_limit_bytes")})`, "limit"),
        ],
      }),
      lines({
        title: "Peak as share of its limit",
        description: "The batch of each sweep that came nearest to its own limit. At 90 % a batch ends itself, and its targets come back with more memory.",
        unit: "percentunit",
        width: 8,
        max: 1,
        steps: steps(COLOUR.none, [0.9, COLOUR.bad]),
        queries: [over(one(ofSweeps("sluice_sweep_peak_memory_ratio"), SWEEP), "{{sweep}}")],
      }),
    ],
    [
      lines({
        title: "Memory of live pods",
        description: "Anonymous memory of the pods of batches that run now, and their limit.",
        unit: "bytes",
        width: 8,
        noValue: "no batch runs",
        queries: [over(live("sluice_worker_anonymous_memory_bytes"), "{{process}}"), over(`max(${ofSweeps("sluice_worker_memory_limit_bytes")})`, "limit")],
      }),
      lines({
        title: "Batches that ran out of memory",
        description: "Ended by their own guard or by the kernel, of each sweep since it began. The ladder takes care of them: see beside.",
        unit: "none",
        width: 8,
        noValue: "none",
        queries: [over(total(ofSweeps("sluice_sweep_batches_total", 'outcome="out-of-memory"'), "sweep"), "{{sweep}}")],
      }),
      lines({
        title: "The ladder",
        description: "Batches that are planned in this round, by their memory. Targets of a batch that ran out of memory come back in batches a quarter as large with twice the memory.",
        unit: "none",
        width: 8,
        stacked: "values",
        noValue: "nothing is planned",
        queries: [over(total(ofSweeps("sluice_sweep_round_batches"), "memory"), "{{memory}}")],
      }),
    ],
  ],
};
