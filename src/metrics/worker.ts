import Registry from "@prometheus-io/client/lib/registry.js";
import { COPY_SECONDS, addMeasured, NOTHING_MEASURED, REQUEST_SECONDS, TARGET_SECONDS, type Distribution, type Measured } from "../model/measured.ts";
import type { BatchMessage } from "../model/message.ts";
import type { SweepSums } from "../model/sweep.ts";
import { registerBuildInfo, type HistogramReading, type Labels, type NumberReading, type Reading } from "./declaration.ts";
import type { MetricsPage } from "./http-endpoint.ts";
import { readAtScrape } from "./read-at-scrape.ts";
import { ERROR_CODES, PAUSE_CAUSES, REQUEST_OUTCOMES, RETRY_REASONS, STATES_OF_ANSWERS } from "./label-values.ts";

const SWEEP: Labels = { dataset: "the dataset", sweep_namespace: "the Sweep's namespace", sweep: "the Sweep's name" };
const HOST: Labels = { host: "the provider's, with its port where it is not the usual one" };

/** What batches of one sweep tell: one of them in its pod, or all of them where one process has started them. */
export interface BatchesSnapshot {
  readonly dataset: string;
  readonly namespace: string;
  readonly sweep: string;
  /** Whose slots they use. */
  readonly host: string;
  /** What those last told that run. */
  readonly running: readonly BatchMessage[];
  /** What those came to that have ended: counters go on from there. */
  readonly ended?: Pick<SweepSums, "wireBytes" | "textBytes" | "rows" | "measured">;
}

/**
 * Everything that batches tell at /metrics while they work. docs/metrics.md is made from it. A pod may live but for half a minute: what a
 * sweep did over time is told by the controller (sluice_sweep_…), from the same sums; these are for what is so now.
 */
export const BATCHES: readonly Reading<BatchesSnapshot>[] = [
  counter("sluice_worker_requests_total", "Requests that ended, those of canaries and probes among them.", (batches) => measuredOf(batches).requests, { outcome: REQUEST_OUTCOMES }),
  counter("sluice_worker_retries_total", "Requests that were sent again within a pass, by what was wrong before.", (batches) => measuredOf(batches).retries, { reason: RETRY_REASONS }),
  counter("sluice_worker_wire_bytes_total", "Bytes of bodies as they came over the wire.", (batches) => total(batches, "wireBytes")),
  counter("sluice_worker_inflated_bytes_total", "Bytes of bodies as text, inflated.", (batches) => total(batches, "textBytes")),
  counter("sluice_worker_matches_total", "Matches of the pattern, within the window and outside.", (batches) => measuredOf(batches).matches),
  counter("sluice_worker_rows_total", "Rows that were committed.", (batches) => total(batches, "rows")),
  counter("sluice_worker_targets_total", "Targets whose result was committed.", (batches) => measuredOf(batches).targets, { state: STATES_OF_ANSWERS }),
  counter("sluice_worker_target_errors_total", "Targets that were not settled, by why.", (batches) => measuredOf(batches).errors, { code: ERROR_CODES }),
  counter("sluice_worker_paused_seconds_total", "Seconds in which nobody might ask the host, by why. Batches that run at once each count them.", (batches) => measuredOf(batches).pausedSeconds, { cause: PAUSE_CAUSES }),

  histogram("sluice_worker_request_seconds", "How long requests took, from when they could be sent to the end of the body.", REQUEST_SECONDS, (measured) => measured.requestSeconds),
  histogram("sluice_worker_target_seconds", "How long targets took, from the first request to the result, waits between tries among them.", TARGET_SECONDS, (measured) => measured.targetSeconds),
  histogram("sluice_worker_copy_seconds", "How long commits of results with their rows took.", COPY_SECONDS, (measured) => measured.copySeconds),

  gauge("sluice_worker_in_flight_requests", "Requests in flight.", ({ running }) => sum(running, (message) => message.inFlight)),
  gauge("sluice_worker_slots_wanted", "Requests in flight, and those that wait for a slot of the host.", ({ running, host }) => ({ [host]: sum(running, (message) => message.slots.wanted) }), HOST),
  gauge("sluice_worker_slots_held", "Slots of the host that are held here.", ({ running, host }) => ({ [host]: sum(running, (message) => message.slots.held) }), HOST),
  gauge("sluice_worker_slots_limit", "Slots that the host has, for all processes together; 0 before the first is held.", ({ running, host }) => ({ [host]: most(running, (message) => message.slots.limit) }), HOST),
  gauge("sluice_worker_event_loop_delay_seconds", "How late the event loop was: the 99th percentile since the batch began.", ({ running }) => most(running, (message) => message.eventLoopDelaySeconds ?? 0)),
  // Of several batches that one process tells of, the one that came nearest to its limit: the three belong together.
  gauge("sluice_worker_anonymous_memory_bytes", "Anonymous memory of the batch, as it was seen last.", ({ running }) => tightest(running)?.anon ?? 0),
  gauge("sluice_worker_anonymous_memory_peak_bytes", "The most that was seen of it.", ({ running }) => tightest(running)?.anonPeak ?? 0),
  gauge("sluice_worker_memory_limit_bytes", "The memory that the batch may have; it ends itself at 90 % of it.", ({ running }) => tightest(running)?.limit ?? 0),
];

/** @param told asked at each scrape; nothing before a batch is claimed */
export function registerBatchMetrics(registry: Registry, told: () => readonly BatchesSnapshot[]): void {
  readAtScrape(registry, BATCHES, told, ({ dataset, namespace, sweep }) => ({ labels: { dataset, sweep_namespace: namespace, sweep }, fromZero: false }));
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
