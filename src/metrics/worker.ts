import type { Registry } from "@prometheus-io/client";
import Counter from "@prometheus-io/client/lib/counter.js";
import Gauge from "@prometheus-io/client/lib/gauge.js";
import { COPY_SECONDS, measuredTogether, NOTHING_MEASURED, REQUEST_SECONDS, TARGET_SECONDS, type Distribution, type Measured, type Tally } from "../model/measured.ts";
import type { BatchMessage } from "../model/message.ts";
import type { SweepSums } from "../model/sweep.ts";
import { toldHistogram } from "./told-histogram.ts";

/** What batches of one sweep tell: one of them in its pod, or all of them where one process has started them. */
export interface ToldByBatches {
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
 * Declares everything that batches tell at /metrics while they work. A pod may live but for half a minute: what a sweep did over time is told by the
 * controller (sluice_sweep_…), from the same sums; these are for what is so now.
 *
 * Each has the labels dataset, sweep_namespace and sweep; further ones stand beside it, with their words. Never a target, never a batch's number.
 *
 * @param told asked at each scrape; nothing before a batch is claimed
 */
export function tellOfBatches(registry: Registry, told: () => readonly ToldByBatches[]): void {
  const counter = declare(registry, told, Counter);
  const gauge = declare(registry, told, Gauge);

  /** outcome: answered; aborted (by us); throttled, server, wrong-question, refused, timeout, out-of-time, connect, reset-before-body, reset-in-body, encoding, redirect, maintenance, error-body, continuation. */
  counter("sluice_worker_requests_total", "Requests that ended, by how; those of canaries and probes among them.", (batches) => by("outcome", measuredOf(batches).requests), "outcome");
  /** reason: throttled, server, connect, reset-before-body. */
  counter("sluice_worker_retries_total", "Requests that were sent again within a pass, by what was wrong before.", (batches) => by("reason", measuredOf(batches).retries), "reason");
  counter("sluice_worker_wire_bytes_total", "Bytes of bodies as they came over the wire.", (batches) => total(batches, "wireBytes"));
  counter("sluice_worker_inflated_bytes_total", "Bytes of bodies as text, inflated.", (batches) => total(batches, "textBytes"));
  counter("sluice_worker_matches_total", "Matches of the pattern, within the window and outside.", (batches) => measuredOf(batches).matches);
  counter("sluice_worker_rows_total", "Rows that were committed.", (batches) => total(batches, "rows"));
  /** state: ok, empty, rejected, suspect, mismatch, failed. */
  counter("sluice_worker_targets_total", "Targets whose result was committed, by its state.", (batches) => by("state", measuredOf(batches).targets), "state");
  /** code: model/result.ts ErrorCode, nineteen of them. */
  counter("sluice_worker_target_errors_total", "Targets that were not settled, by why.", (batches) => by("code", measuredOf(batches).errors), "code");
  /** cause: throttled, illness. */
  counter("sluice_worker_paused_seconds_total", "Seconds in which nobody might ask the host, by why. Batches that run at once each count them.", (batches) => by("cause", measuredOf(batches).pausedSeconds), "cause");

  const histogram = (name: string, help: string, borders: readonly number[], distribution: (measured: Measured) => Distribution): void =>
    toldHistogram(registry, { name, help, borders, labelNames: SWEEP_LABELS, values: () => told().map((batches) => ({ labels: labelsOf(batches), distribution: distribution(measuredOf(batches)) })) });
  histogram("sluice_worker_request_seconds", "How long requests took, from when they could be sent to the end of the body.", REQUEST_SECONDS, (measured) => measured.requestSeconds);
  histogram("sluice_worker_target_seconds", "How long targets took, from the first request to the result, waits between tries among them.", TARGET_SECONDS, (measured) => measured.targetSeconds);
  histogram("sluice_worker_copy_seconds", "How long commits of results with their rows took.", COPY_SECONDS, (measured) => measured.copySeconds);

  gauge("sluice_worker_in_flight_requests", "Requests in flight.", ({ running }) => sum(running, (message) => message.inFlight));
  /** host: the provider's, with its port where it is not the usual one. */
  gauge("sluice_worker_slots_wanted", "Requests in flight, and those that wait for a slot of the host.", ({ running, host }) => by("host", { [host]: sum(running, (message) => message.slots.wanted) }), "host");
  gauge("sluice_worker_slots_held", "Slots of the host that are held here.", ({ running, host }) => by("host", { [host]: sum(running, (message) => message.slots.held) }), "host");
  gauge("sluice_worker_slots_limit", "Slots that the host has, for all processes together; 0 before the first is held.", ({ running, host }) => by("host", { [host]: most(running, (message) => message.slots.limit) }), "host");
  gauge("sluice_worker_event_loop_delay_seconds", "How late the event loop was: the 99th percentile since the batch began.", ({ running }) => most(running, (message) => message.eventLoopDelaySeconds ?? 0));
  // Of several batches that one process tells of, the one that came nearest to its limit: the three belong together.
  gauge("sluice_worker_anonymous_memory_bytes", "Anonymous memory of the batch, as it was seen last.", ({ running }) => tightest(running)?.anon ?? 0);
  gauge("sluice_worker_anonymous_memory_peak_bytes", "The most that was seen of it.", ({ running }) => tightest(running)?.anonPeak ?? 0);
  gauge("sluice_worker_memory_limit_bytes", "The memory that the batch may have; it ends itself at 90 % of it.", ({ running }) => tightest(running)?.limit ?? 0);
}

const SWEEP_LABELS: readonly string[] = ["dataset", "sweep_namespace", "sweep"];

type Amounts = readonly { readonly labels: Readonly<Record<string, string>>; readonly amount: number }[];

type Declare = (name: string, help: string, value: (batches: ToldByBatches) => number | Amounts, ...labels: readonly string[]) => void;

/** A metric that is set anew at each scrape from what is told then. */
function declare(registry: Registry, told: () => readonly ToldByBatches[], Metric: typeof Counter<string> | typeof Gauge<string>): Declare {
  return (name, help, value, ...labels) => {
    const metric = new Metric({
      name,
      help,
      labelNames: [...SWEEP_LABELS, ...labels],
      registers: [registry],
      collect() {
        metric.reset();
        for (const batches of told()) {
          const found = value(batches);
          const amounts = typeof found === "number" ? [{ labels: {}, amount: found }] : found;
          for (const { labels: further, amount } of amounts) metric.inc({ ...labelsOf(batches), ...further }, amount);
        }
      },
    });
  };
}

function labelsOf({ dataset, namespace, sweep }: ToldByBatches): Record<string, string> {
  return { dataset, sweep_namespace: namespace, sweep };
}

function by(label: string, tally: Tally): Amounts {
  return Object.entries(tally).map(([word, amount]) => ({ labels: { [label]: word }, amount }));
}

function measuredOf({ running, ended }: ToldByBatches): Measured {
  return running.reduce((measured, message) => measuredTogether(measured, message.measured ?? NOTHING_MEASURED), ended?.measured ?? NOTHING_MEASURED);
}

function total({ running, ended }: ToldByBatches, what: "wireBytes" | "textBytes" | "rows"): number {
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
