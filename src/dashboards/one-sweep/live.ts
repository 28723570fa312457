import { barGauge, timeSeries } from "../charts.ts";
import type { Section } from "../panel.ts";
import { byProcess, ofSweep, quantile } from "../promql.ts";
import { range } from "../queries.ts";

const inPod = (metric: string): string => `max by (instance, pod) (${metric})`;

/** Each pod is a batch: which running one is the slowest, and which the largest? */
export const LIVE: Section = {
  title: "Running batches",
  lines: [
    [
      barGauge({
        title: "Largest",
        description: "The ten pods whose peak of anonymous memory is closest to their limit.",
        unit: "percentunit",
        width: 6,
        noValue: "no batch is running",
        queries: [range(byProcess(`topk(10, ${inPod(ofSweep("sluice_worker_anonymous_memory_peak_bytes"))} / (${inPod(ofSweep("sluice_worker_memory_limit_bytes"))} > 0))`), "{{process}}")],
      }),
      barGauge({
        title: "Slowest",
        description: "The ten pods with the slowest targets: the 99th percentile of the time for a target, including waits between attempts.",
        unit: "s",
        width: 6,
        noValue: "no batch is running",
        queries: [range(byProcess(`topk(10, ${quantile(0.99, ofSweep("sluice_worker_target_seconds_bucket"), "instance", "pod")})`), "{{process}}")],
      }),
      timeSeries({
        title: "Memory",
        description: "Anonymous memory of each pod, and the largest limit.",
        unit: "bytes",
        width: 6,
        noValue: "no batch is running",
        queries: [range(byProcess(inPod(ofSweep("sluice_worker_anonymous_memory_bytes"))), "{{process}}"), range(`max(${ofSweep("sluice_worker_memory_limit_bytes")})`, "limit")],
      }),
      timeSeries({
        title: "In flight and slots",
        description: "Requests in flight of this sweep's pods, the slots that they hold and want, and the host's limit for all sweeps together.",
        unit: "none",
        width: 6,
        noValue: "no batch is running",
        queries: [
          range(`sum(${ofSweep("sluice_worker_in_flight_requests")})`, "in flight"),
          range(`sum(${ofSweep("sluice_worker_slots_held")})`, "held"),
          range(`sum(${ofSweep("sluice_worker_slots_wanted")})`, "wanted"),
          range(`max(${ofSweep("sluice_worker_slots_limit")})`, "limit"),
        ],
      }),
    ],
    [
      timeSeries({
        title: "Targets with a result",
        description: "Per second, by state, in the running pods. The rates of the whole sweep show them only when a batch ends.",
        unit: "cps",
        width: 8,
        height: 6,
        stacked: "values",
        noValue: "no batch is running",
        queries: [range(`sum by (state) (rate(${ofSweep("sluice_worker_targets_total")}[$__rate_interval]))`, "{{state}}")],
      }),
      timeSeries({
        title: "Commit duration",
        description: "How long it takes to commit results and their rows. A slow database shows here.",
        unit: "s",
        width: 8,
        height: 6,
        queries: [range(quantile(0.5, ofSweep("sluice_sweep_copy_seconds_bucket")), "median"), range(quantile(0.99, ofSweep("sluice_sweep_copy_seconds_bucket")), "99th percentile")],
      }),
      timeSeries({
        title: "Event loop delay",
        description: "99th percentile of the event loop's delay in each pod. Tenths of a second mean that the pod has too little CPU.",
        unit: "s",
        width: 8,
        height: 6,
        noValue: "no batch is running",
        queries: [range(byProcess(inPod(ofSweep("sluice_worker_event_loop_delay_seconds"))), "{{process}}")],
      }),
    ],
  ],
};
