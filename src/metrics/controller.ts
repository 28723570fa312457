import { BATCH_PEAK_BYTES, BATCH_SECONDS, COPY_SECONDS, REQUEST_SECONDS, TARGET_SECONDS, type Distribution, type Tally } from "../model/measured.ts";
import { formatMemory } from "../model/quantity.ts";
import { settledOf, STATES } from "../model/states.ts";
import type { Declaration, HistogramReading, Labels, NumberReading, Reading } from "./declaration.ts";
import type { ReadFlow } from "./read-flow.ts";
import type { CronSweepSnapshot, DatasetSnapshot, SweepSnapshot } from "./snapshot.ts";
import { BATCH_OUTCOMES, BLOCKED_REASONS, ERROR_CODES, NEWEST_WINDOW_STATES, PAUSE_CAUSES, PHASES, REQUEST_OUTCOMES, RETRY_REASONS, STATES_OF_ANSWERS, STATES_OF_TARGETS, WINDOW_STATES } from "./words.ts";

/** Everything that the controller tells at /metrics, beside what the library tells of the process. docs/metrics.md is made from it. Labels are bounded: never a target, never a batch's number. */

const KIND: Labels = { kind: ["sweep", "cronsweep"] };
const VERB = ["get", "list", "watch", "create", "update", "patch", "delete", "log"];
const RESYNC_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Each replica tells these of itself. */
export const PROCESS = {
  buildInfo: { type: "gauge", name: "sluice_build_info", help: "Always 1: which version of which program this is.", labels: { version: "the version", program: ["controller", "prepare", "batch", "sluice"] } },
  reconcileSeconds: { type: "histogram", name: "sluice_reconcile_seconds", help: "How long one look at an object took.", labels: KIND, borders: RESYNC_SECONDS },
  reconcileErrors: { type: "counter", name: "sluice_reconcile_errors_total", help: "Looks at an object that failed and are tried again.", labels: KIND },
  apiRequests: { type: "counter", name: "sluice_api_requests_total", help: "Requests to the Kubernetes API.", labels: { verb: VERB, resource: "sweeps, cronsweeps, jobs, pods, events, leases", code: "the HTTP status; 0 where no answer came" } },
  apiRequestSeconds: { type: "histogram", name: "sluice_api_request_seconds", help: "How long requests to the Kubernetes API took; of a watch until it began.", labels: { verb: VERB }, borders: RESYNC_SECONDS },
  eventsLost: { type: "counter", name: "sluice_events_lost_total", help: "Events that could not be written.", labels: {} },
  leader: { type: "gauge", name: "sluice_leader", help: "1 where this process leads, else 0.", labels: {} },
  syncAge: { type: "gauge", name: "sluice_sync_age_seconds", help: "Since the quietest of the watches heard anything from the API server; beyond 180 something is wrong.", labels: {} },
  queueDepth: { type: "gauge", name: "sluice_queue_depth", help: "Objects that wait to be looked at.", labels: KIND },
  queueOldest: { type: "gauge", name: "sluice_queue_oldest_seconds", help: "How long the first of them has waited; 0 where none does.", labels: KIND },
} as const satisfies Readonly<Record<string, Declaration>>;

const SWEEP: Labels = { dataset: "the dataset", sweep_namespace: "the Sweep's namespace", sweep: "the Sweep's name" };
const CRONSWEEP: Labels = { dataset: "the dataset", sweep_namespace: "the CronSweep's namespace", cronsweep: "the CronSweep's name" };
const DATASET: Labels = { dataset: "the dataset" };

/** The leader alone tells what follows: of all Sweeps together, */
export const PHASES_OF_SWEEPS: NumberReading<Tally> = { type: "gauge", name: "sluice_sweeps", help: "Sweeps by phase, however long ago they ended.", labels: { phase: PHASES }, read: (phases) => phases };

/** of each Sweep that is not over and of those that ended within two days, the newest hundred (`sluice run` tells the same of its own), */
export const SWEEPS: readonly Reading<SweepSnapshot>[] = [
  ofSweep("sluice_sweep_info", "Always 1: which window it is for.", ({ window }) => ({ [window]: 1 }), { window: "the window's start" }),
  ofSweep("sluice_sweep_phase", "1 for the phase that it is in, else 0.", phaseOf, { phase: PHASES }),
  ofSweep("sluice_sweep_started_timestamp_seconds", "When it was accepted.", ({ startedAt }) => startedAt),
  ofSweep("sluice_sweep_finished_timestamp_seconds", "When it ended; absent before.", ({ finishedAt }) => finishedAt),
  ofSweep("sluice_sweep_eta_seconds", "Until the batches of this round are done, at the pace of those that are; absent where nobody can tell.", ({ secondsLeft }) => secondsLeft),
  ofSweep("sluice_sweep_blocked", "1 while something keeps it from its work, by what; absent where nothing does.", ({ blocked }) => (blocked === null ? null : { [blocked]: 1 }), { reason: BLOCKED_REASONS }),

  gauge("sluice_sweep_pass", "The pass that runs, from 1; 0 before the first was packed.", ({ pass }) => pass),
  gauge("sluice_sweep_targets", "Targets of its window by state, as they were counted last, before a pass or with the verdict.", ({ totals }) => targetsOf(totals), { state: STATES_OF_TARGETS }),
  gauge("sluice_sweep_planned_targets", "Targets of its window.", ({ totals }) => totals?.targets ?? null),
  gauge("sluice_sweep_settled_targets", "Of them those that are settled by now: ok, empty or rejected.", settledTargets),
  gauge("sluice_sweep_settled_ratio", "The share of them that is settled by now, 0 to 1.", settledShare),
  gauge("sluice_sweep_batches_running", "Batches that run.", ({ running }) => running.length),
  gauge("sluice_sweep_round_batches", "Batches that are planned in this round, by memory limit: what ran out of memory comes back with more.", roundBatches, { memory: "the limit, as 128Mi" }),
  gauge("sluice_sweep_peak_memory_bytes", "The most anonymous memory that one of its batches had.", ({ sums }) => sums.anonPeak),
  gauge("sluice_sweep_memory_limit_bytes", "The largest memory limit of its batches.", (flow, sweep) => largestLimit(sweep, flow)),
  gauge("sluice_sweep_peak_memory_ratio", "The most anonymous memory that one of its batches had, as a share of that batch's own limit.", ({ measured }) => measured.peakShare),

  counter("sluice_sweep_batches_total", "Batches that ended. halted: the database, the disk or the spec kept it from its work.", batchOutcomes, { outcome: BATCH_OUTCOMES }),
  counter("sluice_sweep_requests_total", "Requests that ended, those of canaries and probes among them.", ({ measured }) => measured.requests, { outcome: REQUEST_OUTCOMES }),
  counter("sluice_sweep_retries_total", "Requests that were sent again within a pass, by what was wrong before.", ({ measured }) => measured.retries, { reason: RETRY_REASONS }),
  counter("sluice_sweep_wire_bytes_total", "Bytes of bodies as they came over the wire.", ({ sums }) => sums.wireBytes),
  counter("sluice_sweep_inflated_bytes_total", "Bytes of bodies as text, inflated.", ({ sums }) => sums.textBytes),
  counter("sluice_sweep_matches_total", "Matches of the pattern, within the window and outside.", ({ measured }) => measured.matches),
  counter("sluice_sweep_rows_total", "Rows that were committed.", ({ sums }) => sums.rows),
  counter("sluice_sweep_answered_targets_total", "Targets whose result was committed; one that is asked again in a later pass counts again.", ({ measured }) => measured.targets, { state: STATES_OF_ANSWERS }),
  counter("sluice_sweep_target_errors_total", "Targets that were not settled, by why.", ({ measured }) => measured.errors, { code: ERROR_CODES }),
  counter("sluice_sweep_paused_seconds_total", "Seconds in which nobody might ask the host, by why; batches that run at once each count them.", ({ measured }) => measured.pausedSeconds, { cause: PAUSE_CAUSES }),

  histogram("sluice_sweep_request_seconds", "How long requests took, from when they could be sent to the end of the body. The rate of its sum is the mean number of requests in flight.", REQUEST_SECONDS, ({ requestSeconds }) => requestSeconds),
  histogram("sluice_sweep_target_seconds", "How long targets took, from the first request to the result, waits between tries among them.", TARGET_SECONDS, ({ targetSeconds }) => targetSeconds),
  histogram("sluice_sweep_copy_seconds", "How long commits of results with their rows took.", COPY_SECONDS, ({ copySeconds }) => copySeconds),
  histogram("sluice_sweep_batch_seconds", "How long batches worked.", BATCH_SECONDS, ({ batchSeconds }) => batchSeconds),
  histogram("sluice_sweep_batch_peak_bytes", "The most anonymous memory of each batch.", BATCH_PEAK_BYTES, ({ batchPeaks }) => batchPeaks),
];

/** of each CronSweep, */
export const CRON_SWEEPS: readonly NumberReading<CronSweepSnapshot>[] = [
  ofCronSweep("sluice_windows", "Windows that were swept, as far as catching up looks back.", windowsByState, { state: WINDOW_STATES }),
  ofCronSweep("sluice_window_seconds", "How long its windows are.", ({ everySeconds }) => everySeconds),
  ofCronSweep("sluice_newest_window_start_timestamp_seconds", "The start of the newest window that is due, runs or was swept.", ({ newest }) => newest?.start ?? null),
  ofCronSweep("sluice_newest_window_state", "1 for the state of that window, else 0.", newestState, { state: NEWEST_WINDOW_STATES }),
  ofCronSweep("sluice_newest_window_targets", "Targets of that window by state, as they were counted last; absent before they were counted.", ({ newestTotals }) => targetsOf(newestTotals), { state: STATES_OF_TARGETS }),
  ofCronSweep("sluice_newest_complete_window_end_timestamp_seconds", "The end of the newest window that is complete.", (cronSweep) => newestEnd(cronSweep, ["complete"])),
  ofCronSweep("sluice_newest_usable_window_end_timestamp_seconds", "The end of the newest window that is complete or usable.", (cronSweep) => newestEnd(cronSweep, ["complete", "usable"])),
  ofCronSweep("sluice_next_run_timestamp_seconds", "When the schedule comes next; absent while suspended.", ({ nextRun }) => nextRun),
  ofCronSweep("sluice_windows_to_catch_up", "Earlier windows within catchUp that are not complete.", ({ windowsToCatchUp }) => windowsToCatchUp),
  ofCronSweep("sluice_cronsweep_suspended", "1 where it is suspended or paused, else 0.", ({ isSuspended }) => (isSuspended ? 1 : 0)),
  ofCronSweep("sluice_last_success_timestamp_seconds", "When a sweep last ended complete or usable.", ({ lastSuccess }) => lastSuccess),
];

/** and of each dataset, as the newest prepare found its database. */
export const DATASETS: readonly NumberReading<DatasetSnapshot>[] = [
  ofDataset("sluice_database_bytes", "The whole database on disk.", ({ bytes }) => bytes),
  ofDataset("sluice_dataset_partitions", "Partitions of observations that the dataset has.", ({ partitions }) => partitions),
  ofDataset("sluice_dataset_partitions_kept", "As many as its retention should leave.", ({ partitionsKept }) => partitionsKept),
];

type Read<T> = NumberReading<T>["read"];
type ReadOfFlow = (flow: ReadFlow, sweep: SweepSnapshot) => number | Tally | null;

function ofSweep(name: string, help: string, read: Read<SweepSnapshot>, own: Labels = {}): NumberReading<SweepSnapshot> {
  return { type: "gauge", name, help, labels: { ...SWEEP, ...own }, read };
}

function gauge(name: string, help: string, read: ReadOfFlow, own: Labels = {}): NumberReading<SweepSnapshot> {
  return ofSweep(name, help, (sweep) => (sweep.flow === null ? null : read(sweep.flow, sweep)), own);
}

function counter(name: string, help: string, read: ReadOfFlow, own: Labels = {}): NumberReading<SweepSnapshot> {
  return { ...gauge(name, help, read, own), type: "counter" };
}

function histogram(name: string, help: string, borders: readonly number[], read: (measured: ReadFlow["measured"]) => Distribution): HistogramReading<SweepSnapshot> {
  return { type: "histogram", name, help, labels: SWEEP, borders, read: ({ flow }) => (flow === null ? null : read(flow.measured)) };
}

function ofCronSweep(name: string, help: string, read: Read<CronSweepSnapshot>, own: Labels = {}): NumberReading<CronSweepSnapshot> {
  return { type: "gauge", name, help, labels: { ...CRONSWEEP, ...own }, read };
}

function ofDataset(name: string, help: string, read: Read<DatasetSnapshot>): NumberReading<DatasetSnapshot> {
  return { type: "gauge", name, help, labels: DATASET, read };
}

/** What has to be reckoned before it can be told: all else is a field. */

/** 1 for the word that holds, 0 for each of the others. */
function oneOf(words: readonly string[], holds: string): Tally {
  return Object.fromEntries(words.map((word) => [word, word === holds ? 1 : 0]));
}

function phaseOf({ phase }: SweepSnapshot): Tally {
  return oneOf(PHASES, phase);
}

/** By state, as prepare counted last. */
function targetsOf(totals: ReadFlow["totals"]): Tally | null {
  if (totals === null) return null;
  return Object.fromEntries(STATES.map((state) => [state, totals[state]]));
}

/** What prepare counted is the truth, and what this round's batches settled since comes on top; a verdict counts the last round too. */
export function settledTargets({ totals, settled, hasVerdict }: ReadFlow): number | null {
  return totals === null ? null : Math.min(totals.targets, settledOf(totals) + (hasVerdict ? 0 : settled));
}

export function settledShare(flow: ReadFlow): number | null {
  const settled = settledTargets(flow);
  return settled === null || flow.totals!.targets === 0 ? null : settled / flow.totals!.targets;
}

/** Batches that are planned in this round, by their limit. */
export function roundBatches({ ranges }: ReadFlow): Tally {
  const batches: Record<string, number> = {};
  for (const { from, to, memoryBytes } of ranges) {
    const memory = formatMemory(memoryBytes);
    batches[memory] = (batches[memory] ?? 0) + Math.max(0, to - from + 1);
  }
  return batches;
}

/** The largest limit that a batch had, has, or is planned to have. */
export function largestLimit({ memoryBytes }: SweepSnapshot, { ranges, running, measured }: ReadFlow): number {
  return Math.max(memoryBytes, measured.limitBytes, ...[...ranges, ...running].map((batch) => batch.memoryBytes));
}

/** Of those that have ended. */
export function batchOutcomes({ sums, measured }: ReadFlow): Tally {
  const others = { stopped: measured.stopped, "out-of-memory": sums.outOfMemory, crashed: sums.crashes, halted: measured.halted };
  const done = sums.batches - Object.values(others).reduce((sum, batches) => sum + batches, 0);
  return { done: Math.max(0, done), ...others };
}

/** Windows and not runs of them; null where the grid is not known. */
export function windowsByState({ windows, everySeconds }: CronSweepSnapshot): Tally | null {
  if (everySeconds === null || everySeconds <= 0) return null;
  const counts: Record<string, number> = { ...oneOf(WINDOW_STATES, "") };
  for (const { from, to, state } of windows) counts[state] = (counts[state] ?? 0) + Math.round((to - from) / everySeconds);
  return counts;
}

function newestState({ newest }: CronSweepSnapshot): Tally | null {
  return newest === null ? null : oneOf(NEWEST_WINDOW_STATES, newest.state);
}

/** The end of the newest window in one of these states. The very newest has a state of its own: catching up may look at no window at all. */
export function newestEnd({ windows, newest, everySeconds }: CronSweepSnapshot, states: readonly string[]): number | null {
  const last = newest === null || everySeconds === null ? [] : [{ to: newest.start + everySeconds, state: newest.state }];
  const ends = [...windows, ...last].filter(({ state }) => states.includes(state)).map(({ to }) => to);
  return ends.length === 0 ? null : Math.max(...ends);
}
