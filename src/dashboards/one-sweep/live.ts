import { bars, lines } from "../charts.ts";
import type { Section } from "../panel.ts";
import { over } from "../queries.ts";
import { byProcess, ofSweep, quantile } from "../selectors.ts";

const inPod = (metric: string): string => `max by (instance, pod) (${metric})`;

/** Each pod is a batch: which of those that run is the slowest, and which the largest? */
export const LIVE: Section = {
  title: "Batches that run now",
  lines: [
    [
      bars({
        title: "Largest",
        description: "The ten pods whose peak of anonymous memory is nearest to their limit.",
        unit: "percentunit",
        width: 6,
        noValue: "no batch runs",
        queries: [over(byProcess(`topk(10, ${inPod(ofSweep("sluice_worker_anonymous_memory_peak_bytes"))} / (${inPod(ofSweep("sluice_worker_memory_limit_bytes"))} > 0))`), "{{process}}")],
      }),
      bars({
        title: "Slowest",
        description: "The ten pods whose targets take longest: 99 of 100 take less than this, waits between tries included.",
        unit: "s",
        width: 6,
        noValue: "no batch runs",
        queries: [over(byProcess(`topk(10, ${quantile(0.99, ofSweep("sluice_worker_target_seconds_bucket"), "instance", "pod")})`), "{{process}}")],
      }),
      lines({
        title: "Memory",
        description: "Anonymous memory of each pod, and the largest limit.",
        unit: "bytes",
        width: 6,
        noValue: "no batch runs",
        queries: [over(byProcess(inPod(ofSweep("sluice_worker_anonymous_memory_bytes"))), "{{process}}"), over(`max(${ofSweep("sluice_worker_memory_limit_bytes")})`, "limit")],
      }),
      lines({
        title: "In flight and slots",
        description: "Requests in flight of all pods of this sweep, the slots they hold and want, and what the host allows to all sweeps together.",
        unit: "none",
        width: 6,
        noValue: "no batch runs",
        queries: [
          over(`sum(${ofSweep("sluice_worker_in_flight_requests")})`, "in flight"),
          over(`sum(${ofSweep("sluice_worker_slots_held")})`, "held"),
          over(`sum(${ofSweep("sluice_worker_slots_wanted")})`, "wanted"),
          over(`max(${ofSweep("sluice_worker_slots_limit")})`, "limit"),
        ],
      }),
    ],
    [
      lines({
        title: "Targets with a result",
        description: "A second, by state, of the pods that run: what the rates of the whole sweep tell only when a batch ends.",
        unit: "cps",
        width: 8,
        height: 6,
        stacked: "values",
        noValue: "no batch runs",
        queries: [over(`sum by (state) (rate(${ofSweep("sluice_worker_targets_total")}[$__rate_interval]))`, "{{state}}")],
      }),
      lines({
        title: "Writing",
        description: "How long commits take, half of them and 99 of 100: results and their rows. A database that is slow shows here.",
        unit: "s",
        width: 8,
        height: 6,
        queries: [over(quantile(0.5, ofSweep("sluice_sweep_copy_seconds_bucket")), "half below"), over(quantile(0.99, ofSweep("sluice_sweep_copy_seconds_bucket")), "99 % below")],
      }),
      lines({
        title: "Event loop",
        description: "How late the event loop of each pod is, 99 of 100 times less than this. Tenths of a second: the pod has too little CPU.",
        unit: "s",
        width: 8,
        height: 6,
        noValue: "no batch runs",
        queries: [over(byProcess(inPod(ofSweep("sluice_worker_event_loop_delay_seconds"))), "{{process}}")],
      }),
    ],
  ],
};
