import { BATCH_PEAK_BYTES, BATCH_SECONDS, COPY_SECONDS, REQUEST_SECONDS, TARGET_SECONDS, type Distribution, type Tally } from "../model/measured.ts";
import { formatMemory } from "../model/quantity.ts";
import { settledOf, STATES } from "../model/states.ts";
import { BUILD_INFO, type Declaration, type HistogramReading, type Labels, type NumberReading, type Reading } from "./declaration.ts";
import type { FlowSnapshot } from "./read-flow.ts";
import type { CronSweepSnapshot, DatasetSnapshot, SweepSnapshot } from "./snapshot.ts";
import { BATCH_OUTCOMES, BLOCKED_REASONS, ERROR_CODES, NEWEST_WINDOW_STATES, PAUSE_CAUSES, PHASES, REQUEST_OUTCOMES, RETRY_REASONS, STATES_OF_ANSWERS, STATES_OF_TARGETS, WINDOW_STATES } from "./label-values.ts";

/** All metrics of the controller, except the library's own of the process. docs/metrics.md is generated from it. Labels are bounded: never a target, never a batch's number. */

const KIND: Labels = { kind: ["sweep", "cronsweep"] };
const VERB = ["get", "list", "watch", "create", "update", "patch", "delete", "log"];
const RESYNC_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Each replica reports these about itself. */
export const PROCESS = {
  buildInfo: BUILD_INFO,
  reconcileSeconds: { type: "histogram", name: "sluice_reconcile_seconds", help: "Duration of one reconcile of an object.", labels: KIND, borders: RESYNC_SECONDS },
  reconcileErrors: { type: "counter", name: "sluice_reconcile_errors_total", help: "Reconciles that failed and were requeued.", labels: KIND },
  apiRequests: { type: "counter", name: "sluice_api_requests_total", help: "Requests to the Kubernetes API.", labels: { verb: VERB, resource: "sweeps, cronsweeps, jobs, pods, events, leases", code: "the HTTP status; 0 where no answer came" } },
  apiRequestSeconds: { type: "histogram", name: "sluice_api_request_seconds", help: "Duration of requests to the Kubernetes API; of a watch until its headers came.", labels: { verb: VERB }, borders: RESYNC_SECONDS },
  eventsLost: { type: "counter", name: "sluice_events_lost_total", help: "Events that could not be written.", labels: {} },
  leader: { type: "gauge", name: "sluice_leader", help: "1 if this replica leads, else 0.", labels: {} },
  syncAge: { type: "gauge", name: "sluice_sync_age_seconds", help: "Seconds since the most silent watch received anything from the API server. More than 180 means that something is wrong.", labels: {} },
  queueDepth: { type: "gauge", name: "sluice_queue_depth", help: "Objects that wait for a reconcile.", labels: KIND },
  queueOldest: { type: "gauge", name: "sluice_queue_oldest_seconds", help: "How long the first object in the queue has waited; 0 if none waits.", labels: KIND },
} as const satisfies Readonly<Record<string, Declaration>>;

const SWEEP: Labels = { dataset: "the dataset", sweep_namespace: "the Sweep's namespace", sweep: "the Sweep's name" };
const CRONSWEEP: Labels = { dataset: "the dataset", sweep_namespace: "the CronSweep's namespace", cronsweep: "the CronSweep's name" };
const DATASET: Labels = { dataset: "the dataset" };

/** Only the leader reports the rest. Of all Sweeps together: */
export const PHASES_OF_SWEEPS: NumberReading<Tally> = { type: "gauge", name: "sluice_sweeps", help: "All Sweeps by phase, finished ones included.", labels: { phase: PHASES }, read: (phases) => phases };

/** Of each unfinished Sweep, and of the newest hundred that finished within two days. `sluice run` reports the same of its own sweeps. */
export const SWEEPS: readonly Reading<SweepSnapshot>[] = [
  ofSweep("sluice_sweep_info", "Always 1. Its label is the window of the Sweep.", ({ window }) => ({ [window]: 1 }), { window: "the window's start" }),
  ofSweep("sluice_sweep_phase", "1 for the current phase, 0 for the others.", phaseOf, { phase: PHASES }),
  ofSweep("sluice_sweep_started_timestamp_seconds", "When the Sweep was accepted.", ({ startedAt }) => startedAt),
  ofSweep("sluice_sweep_finished_timestamp_seconds", "When the Sweep finished; absent before.", ({ finishedAt }) => finishedAt),
  ofSweep("sluice_sweep_eta_seconds", "Time until the batches of this round are done, at the pace of the finished ones; absent if unknown.", ({ secondsLeft }) => secondsLeft),
  ofSweep("sluice_sweep_blocked", "1 while the Sweep is blocked, by reason; absent otherwise.", ({ blocked }) => (blocked === null ? null : { [blocked]: 1 }), { reason: BLOCKED_REASONS }),

  gauge("sluice_sweep_pass", "The current pass, from 1; 0 before the first is packed.", ({ pass }) => pass),
  gauge("sluice_sweep_targets", "Targets of the window by state, as last counted: before a pass or with the verdict.", ({ totals }) => targetsOf(totals), { state: STATES_OF_TARGETS }),
  gauge("sluice_sweep_planned_targets", "Targets of the window.", ({ totals }) => totals?.targets ?? null),
  gauge("sluice_sweep_settled_targets", "Targets of the window that are settled by now: ok, empty or rejected.", settledTargets),
  gauge("sluice_sweep_settled_ratio", "Share of the window's targets that is settled by now, 0 to 1.", settledShare),
  gauge("sluice_sweep_batches_running", "Running batches.", ({ running }) => running.length),
  gauge("sluice_sweep_round_batches", "Batches planned in this round, by memory limit. Targets that ran out of memory return with a larger limit.", roundBatches, { memory: "the limit, as 128Mi" }),
  gauge("sluice_sweep_peak_memory_bytes", "The largest peak of anonymous memory of its batches.", ({ sums }) => sums.anonPeak),
  gauge("sluice_sweep_memory_limit_bytes", "The largest memory limit of its batches.", (flow, sweep) => largestLimit(sweep, flow)),
  gauge("sluice_sweep_peak_memory_ratio", "The largest peak of anonymous memory of its batches, as a share of the batch's own limit.", ({ measured }) => measured.peakShare),

  counter("sluice_sweep_batches_total", "Finished batches. halted: stopped by a problem of the database, the disk or the spec.", batchOutcomes, { outcome: BATCH_OUTCOMES }),
  counter("sluice_sweep_requests_total", "Finished requests, with those of canaries and probes.", ({ measured }) => measured.requests, { outcome: REQUEST_OUTCOMES }),
  counter("sluice_sweep_retries_total", "Requests that were sent again within a pass, by the reason.", ({ measured }) => measured.retries, { reason: RETRY_REASONS }),
  counter("sluice_sweep_wire_bytes_total", "Bytes of bodies on the wire.", ({ sums }) => sums.wireBytes),
  counter("sluice_sweep_inflated_bytes_total", "Bytes of bodies after inflating.", ({ sums }) => sums.textBytes),
  counter("sluice_sweep_matches_total", "Matches of the pattern, inside and outside the window.", ({ measured }) => measured.matches),
  counter("sluice_sweep_rows_total", "Committed rows.", ({ sums }) => sums.rows),
  counter("sluice_sweep_answered_targets_total", "Targets with a committed result. A target that is asked again in a later pass counts again.", ({ measured }) => measured.targets, { state: STATES_OF_ANSWERS }),
  counter("sluice_sweep_target_errors_total", "Targets that were not settled, by error code.", ({ measured }) => measured.errors, { code: ERROR_CODES }),
  counter("sluice_sweep_paused_seconds_total", "Seconds in which the host was paused, by cause. Batches that run at the same time each count them.", ({ measured }) => measured.pausedSeconds, { cause: PAUSE_CAUSES }),

  histogram("sluice_sweep_request_seconds", "Duration of requests, from the moment they may be sent to the end of the body. The rate of its sum is the mean number of requests in flight.", REQUEST_SECONDS, ({ requestSeconds }) => requestSeconds),
  histogram("sluice_sweep_target_seconds", "Duration of targets, from the first request to the result, with the waits between tries.", TARGET_SECONDS, ({ targetSeconds }) => targetSeconds),
  histogram("sluice_sweep_copy_seconds", "Duration of commits of results with their rows.", COPY_SECONDS, ({ copySeconds }) => copySeconds),
  histogram("sluice_sweep_batch_seconds", "Duration of batches.", BATCH_SECONDS, ({ batchSeconds }) => batchSeconds),
  histogram("sluice_sweep_batch_peak_bytes", "Peak of anonymous memory of each batch.", BATCH_PEAK_BYTES, ({ batchPeaks }) => batchPeaks),
];

/** Of each CronSweep. */
export const CRON_SWEEPS: readonly NumberReading<CronSweepSnapshot>[] = [
  ofCronSweep("sluice_windows", "Swept windows by state, as far back as catchUp reaches.", windowsByState, { state: WINDOW_STATES }),
  ofCronSweep("sluice_window_seconds", "Length of a window.", ({ everySeconds }) => everySeconds),
  ofCronSweep("sluice_newest_window_start_timestamp_seconds", "Start of the newest window that is due, running or swept.", ({ newest }) => newest?.start ?? null),
  ofCronSweep("sluice_newest_window_state", "1 for the state of the newest window, 0 for the others.", newestState, { state: NEWEST_WINDOW_STATES }),
  ofCronSweep("sluice_newest_window_targets", "Targets of the newest window by state, as last counted; absent before the first count.", ({ newestTotals }) => targetsOf(newestTotals), { state: STATES_OF_TARGETS }),
  ofCronSweep("sluice_newest_complete_window_end_timestamp_seconds", "End of the newest complete window.", (cronSweep) => newestEnd(cronSweep, ["complete"])),
  ofCronSweep("sluice_newest_usable_window_end_timestamp_seconds", "End of the newest window that is complete or usable.", (cronSweep) => newestEnd(cronSweep, ["complete", "usable"])),
  ofCronSweep("sluice_next_run_timestamp_seconds", "Next run of the schedule; absent while suspended or paused.", ({ nextRun }) => nextRun),
  ofCronSweep("sluice_windows_to_catch_up", "Earlier windows within catchUp that are not complete.", ({ windowsToCatchUp }) => windowsToCatchUp),
  ofCronSweep("sluice_windows_missed", "Windows that left catchUp without being asked, and that nobody has filled or given up since.", ({ windowsMissed }) => windowsMissed),
  ofCronSweep("sluice_cronsweep_suspended", "1 if it is suspended or paused, else 0.", ({ isSuspended }) => (isSuspended ? 1 : 0)),
  ofCronSweep("sluice_last_success_timestamp_seconds", "When a sweep last finished complete or usable.", ({ lastSuccess }) => lastSuccess),
];

/** Of each dataset, as the newest prepare found its database. */
export const DATASETS: readonly NumberReading<DatasetSnapshot>[] = [
  ofDataset("sluice_database_bytes", "Size of the whole database on disk.", ({ bytes }) => bytes),
  ofDataset("sluice_dataset_partitions", "Partitions of observations of the dataset.", ({ partitions }) => partitions),
  ofDataset("sluice_dataset_partitions_kept", "Partitions that the retention should leave.", ({ partitionsKept }) => partitionsKept),
];

type Read<T> = NumberReading<T>["read"];
type ReadOfFlow = (flow: FlowSnapshot, sweep: SweepSnapshot) => number | Tally | null;

function ofSweep(name: string, help: string, read: Read<SweepSnapshot>, own: Labels = {}): NumberReading<SweepSnapshot> {
  return { type: "gauge", name, help, labels: { ...SWEEP, ...own }, read };
}

function gauge(name: string, help: string, read: ReadOfFlow, own: Labels = {}): NumberReading<SweepSnapshot> {
  return ofSweep(name, help, (sweep) => (sweep.flow === null ? null : read(sweep.flow, sweep)), own);
}

function counter(name: string, help: string, read: ReadOfFlow, own: Labels = {}): NumberReading<SweepSnapshot> {
  return { ...gauge(name, help, read, own), type: "counter" };
}

function histogram(name: string, help: string, borders: readonly number[], read: (measured: FlowSnapshot["measured"]) => Distribution): HistogramReading<SweepSnapshot> {
  return { type: "histogram", name, help, labels: SWEEP, borders, read: ({ flow }) => (flow === null ? null : read(flow.measured)) };
}

function ofCronSweep(name: string, help: string, read: Read<CronSweepSnapshot>, own: Labels = {}): NumberReading<CronSweepSnapshot> {
  return { type: "gauge", name, help, labels: { ...CRONSWEEP, ...own }, read };
}

function ofDataset(name: string, help: string, read: Read<DatasetSnapshot>): NumberReading<DatasetSnapshot> {
  return { type: "gauge", name, help, labels: DATASET, read };
}

/* The values that have to be computed. All others are fields of the snapshot. */

/** 1 for the current value, 0 for each of the others. */
function oneOf(values: readonly string[], current: string): Tally {
  return Object.fromEntries(values.map((value) => [value, value === current ? 1 : 0]));
}

function phaseOf({ phase }: SweepSnapshot): Tally {
  return oneOf(PHASES, phase);
}

/** By state, as prepare last counted. */
function targetsOf(totals: FlowSnapshot["totals"]): Tally | null {
  if (totals === null) return null;
  return Object.fromEntries(STATES.map((state) => [state, totals[state]]));
}

/** Prepare's totals, plus what the batches of this round have settled since. Those of a verdict include the last round. */
export function settledTargets({ totals, settled, hasVerdict }: FlowSnapshot): number | null {
  return totals === null ? null : Math.min(totals.targets, settledOf(totals) + (hasVerdict ? 0 : settled));
}

export function settledShare(flow: FlowSnapshot): number | null {
  const settled = settledTargets(flow);
  return settled === null || flow.totals!.targets === 0 ? null : settled / flow.totals!.targets;
}

/** Batches planned in this round, by memory limit. */
export function roundBatches({ ranges }: FlowSnapshot): Tally {
  const batches: Record<string, number> = {};
  for (const { from, to, memoryBytes } of ranges) {
    const memory = formatMemory(memoryBytes);
    batches[memory] = (batches[memory] ?? 0) + Math.max(0, to - from + 1);
  }
  return batches;
}

/** The largest limit of the past, running and planned batches. */
export function largestLimit({ memoryBytes }: SweepSnapshot, { ranges, running, measured }: FlowSnapshot): number {
  return Math.max(memoryBytes, measured.limitBytes, ...[...ranges, ...running].map((batch) => batch.memoryBytes));
}

/** Of the finished batches. */
export function batchOutcomes({ sums, measured }: FlowSnapshot): Tally {
  const others = { stopped: measured.stopped, "out-of-memory": sums.outOfMemory, crashed: sums.crashes, halted: measured.halted };
  const done = sums.batches - Object.values(others).reduce((sum, batches) => sum + batches, 0);
  return { done: Math.max(0, done), ...others };
}

/** Counts single windows, not runs of them; null where the grid is not known. */
export function windowsByState({ windows, everySeconds }: CronSweepSnapshot): Tally | null {
  if (everySeconds === null || everySeconds <= 0) return null;
  const counts: Record<string, number> = { ...oneOf(WINDOW_STATES, "") };
  for (const { from, to, state } of windows) counts[state] = (counts[state] ?? 0) + Math.round((to - from) / everySeconds);
  return counts;
}

function newestState({ newest }: CronSweepSnapshot): Tally | null {
  return newest === null ? null : oneOf(NEWEST_WINDOW_STATES, newest.state);
}

/** The end of the newest window in one of these states. The newest of all is taken from its own field: with catchUp 0 no window is listed. */
export function newestEnd({ windows, newest, everySeconds }: CronSweepSnapshot, states: readonly string[]): number | null {
  const last = newest === null || everySeconds === null ? [] : [{ to: newest.start + everySeconds, state: newest.state }];
  const ends = [...windows, ...last].filter(({ state }) => states.includes(state)).map(({ to }) => to);
  return ends.length === 0 ? null : Math.max(...ends);
}
