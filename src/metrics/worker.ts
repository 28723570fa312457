import Registry from "@prometheus-io/client/lib/registry.js";
import { COPY_SECONDS, addMeasured, NOTHING_MEASURED, REQUEST_SECONDS, TARGET_SECONDS, type Distribution, type Measured } from "../model/measured.ts";
import type { BatchMessage } from "../model/message.ts";
import type { SweepSums } from "../model/sweep.ts";
import { registerBuildInfo, type HistogramReading, type Labels, type NumberReading, type Reading } from "./declaration.ts";
import type { MetricsPage } from "./http-endpoint.ts";
import { readAtScrape } from "./read-at-scrape.ts";
import { ERROR_CODES, PAUSE_CAUSES, REQUEST_OUTCOMES, RETRY_REASONS, STATES_OF_ANSWERS } from "./label-values.ts";

const SWEEP: Labels = { dataset: "the dataset", sweep_namespace: "the Sweep's namespace", sweep: "the Sweep's name" };
const HOST: Labels = { host: "the provider's host, with its port unless it is the default" };

/** The batches of one sweep: one of them in its pod, or all of them in the process that started them. */
export interface BatchesSnapshot {
  readonly dataset: string;
  readonly namespace: string;
  readonly sweep: string;
  /** Whose slots they use. */
  readonly host: string;
  /** The last message of each running batch. */
  readonly running: readonly BatchMessage[];
  /** The sums of the finished batches, from which counters continue. */
  readonly ended?: Pick<SweepSums, "wireBytes" | "textBytes" | "rows" | "measured">;
}

/**
 * All metrics of running batches. docs/metrics.md is generated from it. A pod may live for only half a minute, so the controller reports what
 * a sweep did over time (sluice_sweep_…), from the same sums. These show the present.
 */
export const BATCHES: readonly Reading<BatchesSnapshot>[] = [
  counter("sluice_worker_requests_total", "Finished requests, with those of canaries and probes.", (batches) => measuredOf(batches).requests, { outcome: REQUEST_OUTCOMES }),
  counter("sluice_worker_retries_total", "Requests that were sent again within a pass, by the reason.", (batches) => measuredOf(batches).retries, { reason: RETRY_REASONS }),
  counter("sluice_worker_wire_bytes_total", "Bytes of bodies on the wire.", (batches) => total(batches, "wireBytes")),
  counter("sluice_worker_inflated_bytes_total", "Bytes of bodies after inflating.", (batches) => total(batches, "textBytes")),
  counter("sluice_worker_matches_total", "Matches of the pattern, inside and outside the window.", (batches) => measuredOf(batches).matches),
  counter("sluice_worker_rows_total", "Committed rows.", (batches) => total(batches, "rows")),
  counter("sluice_worker_targets_total", "Targets with a committed result.", (batches) => measuredOf(batches).targets, { state: STATES_OF_ANSWERS }),
  counter("sluice_worker_target_errors_total", "Targets that were not settled, by error code.", (batches) => measuredOf(batches).errors, { code: ERROR_CODES }),
  counter("sluice_worker_paused_seconds_total", "Seconds in which the host was paused, by cause. Batches that run at the same time each count them.", (batches) => measuredOf(batches).pausedSeconds, { cause: PAUSE_CAUSES }),

  histogram("sluice_worker_request_seconds", "Duration of requests, from the moment they may be sent to the end of the body.", REQUEST_SECONDS, (measured) => measured.requestSeconds),
  histogram("sluice_worker_target_seconds", "Duration of targets, from the first request to the result, with the waits between tries.", TARGET_SECONDS, (measured) => measured.targetSeconds),
  histogram("sluice_worker_copy_seconds", "Duration of commits of results with their rows.", COPY_SECONDS, (measured) => measured.copySeconds),

  gauge("sluice_worker_in_flight_requests", "Requests in flight.", ({ running }) => sum(running, (message) => message.inFlight)),
  gauge("sluice_worker_slots_wanted", "Requests in flight, plus those that wait for a slot of the host.", ({ running, host }) => ({ [host]: sum(running, (message) => message.slots.wanted) }), HOST),
  gauge("sluice_worker_slots_held", "Slots of the host that this process holds.", ({ running, host }) => ({ [host]: sum(running, (message) => message.slots.held) }), HOST),
  gauge("sluice_worker_slots_limit", "Slots of the host for all processes together; 0 before the first is held.", ({ running, host }) => ({ [host]: most(running, (message) => message.slots.limit) }), HOST),
  gauge("sluice_worker_event_loop_delay_seconds", "Delay of the event loop: the 99th percentile since the batch started.", ({ running }) => most(running, (message) => message.eventLoopDelaySeconds ?? 0)),
  // With several batches these three are about one: the batch that came closest to its limit.
  gauge("sluice_worker_anonymous_memory_bytes", "Anonymous memory of the batch, as last sampled.", ({ running }) => tightest(running)?.anon ?? 0),
  gauge("sluice_worker_anonymous_memory_peak_bytes", "Peak of the batch's anonymous memory.", ({ running }) => tightest(running)?.anonPeak ?? 0),
  gauge("sluice_worker_memory_limit_bytes", "Memory limit of the batch. It stops itself at 90 % of it.", ({ running }) => tightest(running)?.limit ?? 0),
];

/** @param snapshots read at each scrape; empty before a batch is claimed */
export function registerBatchMetrics(registry: Registry, snapshots: () => readonly BatchesSnapshot[]): void {
  readAtScrape(registry, BATCHES, snapshots, ({ dataset, namespace, sweep }) => ({ labels: { dataset, sweep_namespace: namespace, sweep }, fromZero: false }));
}

type Read = NumberReading<BatchesSnapshot>["read"];

function counter(name: string, help: string, read: Read, own: Labels = {}): NumberReading<BatchesSnapshot> {
  return { type: "counter", name, help, labels: { ...SWEEP, ...own }, read };
}

function gauge(name: string, help: string, read: Read, own: Labels = {}): NumberReading<BatchesSnapshot> {
  return { ...counter(name, help, read, own), type: "gauge" };
}

function histogram(name: string, help: string, borders: readonly number[], read: (measured: Measured) => Distribution): HistogramReading<BatchesSnapshot> {
  return { type: "histogram", name, help, labels: SWEEP, borders, read: (batches) => read(measuredOf(batches)) };
}

function measuredOf({ running, ended }: BatchesSnapshot): Measured {
  return running.reduce((measured, message) => addMeasured(measured, message.measured ?? NOTHING_MEASURED), ended?.measured ?? NOTHING_MEASURED);
}

function total({ running, ended }: BatchesSnapshot, what: "wireBytes" | "textBytes" | "rows"): number {
  return (ended?.[what] ?? 0) + sum(running, (message) => message[what]);
}

function sum(messages: readonly BatchMessage[], of: (message: BatchMessage) => number): number {
  return messages.reduce((all, message) => all + of(message), 0);
}

function most(messages: readonly BatchMessage[], of: (message: BatchMessage) => number): number {
  return messages.reduce((largest, message) => Math.max(largest, of(message)), 0);
}

function tightest(messages: readonly BatchMessage[]): BatchMessage["memory"] | undefined {
  const share = ({ memory }: BatchMessage): number => memory.anonPeak / memory.limit;
  return messages.reduce<BatchMessage | undefined>((tight, message) => (tight === undefined || share(message) > share(tight) ? message : tight), undefined)?.memory;
}

/** /metrics of a sweep's pod: everything about a batch, or the version alone for prepare. @param snapshot null before the batch is claimed */
export function podMetrics(program: string, version: string, snapshot: () => BatchesSnapshot | null): () => Promise<MetricsPage> {
  const registry = new Registry();
  registerBuildInfo(registry, { version, program });
  if (program === "batch") {
    registerBatchMetrics(registry, () => {
      const batch = snapshot();
      return batch === null ? [] : [batch];
    });
  }
  return async () => ({ contentType: registry.contentType, text: await registry.metrics() });
}
