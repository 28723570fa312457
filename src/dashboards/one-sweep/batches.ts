import { bars, heatMap, lines } from "../charts.ts";
import { COLOUR } from "../colours.ts";
import { type Section, stat } from "../panel.ts";
import { buckets, over } from "../queries.ts";
import { ofSweep, one, perBucket, quantileOfAll, SWEEP, total } from "../selectors.ts";

const SECONDS = ofSweep("sluice_sweep_batch_seconds_bucket");
const PEAKS = ofSweep("sluice_sweep_batch_peak_bytes_bucket");

export const BATCHES: Section = {
  title: "Batches",
  lines: [
    [
      heatMap({
        title: "Duration of batches",
        description: "Of each batch that ended. A second band above the first: batches that wait for slots, or a provider that became slow.",
        unit: "s",
        width: 12,
        queries: [buckets(perBucket(SECONDS))],
      }),
      heatMap({
        title: "Peak memory of batches",
        description: "Anonymous memory at its peak, of each batch that ended.",
        unit: "bytes",
        width: 12,
        queries: [buckets(perBucket(PEAKS))],
      }),
    ],
    [
      stat({
        title: "How long batches took",
        description: "Of all batches of this sweep: half of them less than the first, one in a hundred more than the last. Read from buckets, so roughly.",
        unit: "s",
        decimals: 0,
        width: 6,
        height: 6,
        named: true,
        queries: [over(quantileOfAll(0.5, SECONDS), "half below"), over(quantileOfAll(0.9, SECONDS), "90 % below"), over(quantileOfAll(0.99, SECONDS), "99 % below")],
      }),
      stat({
        title: "How much memory they took",
        description: "Peaks of all batches of this sweep, read from buckets; the largest one and the largest limit are exact.",
        unit: "bytes",
        decimals: 0,
        width: 8,
        height: 6,
        named: true,
        queries: [
          over(quantileOfAll(0.5, PEAKS), "half below"),
          over(quantileOfAll(0.99, PEAKS), "99 % below"),
          over(one(ofSweep("sluice_sweep_peak_memory_bytes"), SWEEP), "largest"),
          over(one(ofSweep("sluice_sweep_memory_limit_bytes"), SWEEP), "largest limit"),
        ],
      }),
      bars({
        title: "How batches ended",
        description: "stopped: asked to, and the rest is done by the next one. halted: the database, the disk or the spec kept it from its work. out-of-memory: the ladder takes them. crashed: several in a row with no result between them stop the sweep; `kubectl sluice logs` has their last lines.",
        unit: "none",
        width: 5,
        height: 6,
        colours: { done: COLOUR.good, stopped: COLOUR.wait, halted: COLOUR.bad, "out-of-memory": COLOUR.watch, crashed: COLOUR.bad },
        queries: [over(total(ofSweep("sluice_sweep_batches_total"), "outcome"), "{{outcome}}")],
      }),
      lines({
        title: "The ladder",
        description: "Batches that are planned in this round, by their memory: a quarter of the targets and twice the memory after each one that ran out of it.",
        unit: "none",
        width: 5,
        height: 6,
        stacked: "values",
        noValue: "nothing is planned",
        queries: [over(total(ofSweep("sluice_sweep_round_batches"), "memory"), "{{memory}}")],
      }),
    ],
  ],
};
