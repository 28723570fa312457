/** Every metric that is exported, with its labels beside those of the scrape: what a panel may ask about. Of a histogram its base name. */
const SWEEP = ["dataset", "sweep_namespace", "sweep"];
const CRONSWEEP = ["dataset", "sweep_namespace", "cronsweep"];

function named(prefix: string, labels: readonly string[], names: Readonly<Record<string, readonly string[]>>): [string, readonly string[]][] {
  return Object.entries(names).map(([name, own]) => [`${prefix}${name}`, [...labels, ...own]]);
}

const NUMBERS: readonly [string, readonly string[]][] = [
  ...named("sluice_", [], {
    build_info: ["version", "program"],
    reconcile_errors_total: ["kind"],
    api_requests_total: ["verb", "resource", "code"],
    events_lost_total: [],
    leader: [],
    sync_age_seconds: [],
    queue_depth: ["kind"],
    queue_oldest_seconds: ["kind"],
    sweeps: ["phase"],
    database_bytes: ["dataset"],
    dataset_partitions: ["dataset"],
    dataset_partitions_kept: ["dataset"],
  }),
  ["process_resident_memory_bytes", []],
  ...named("sluice_sweep_", SWEEP, {
    info: ["window"],
    phase: ["phase"],
    started_timestamp_seconds: [],
    finished_timestamp_seconds: [],
    pass: [],
    targets: ["state"],
    planned_targets: [],
    settled_targets: [],
    settled_ratio: [],
    eta_seconds: [],
    batches_running: [],
    round_batches: ["memory"],
    peak_memory_bytes: [],
    memory_limit_bytes: [],
    peak_memory_ratio: [],
    blocked: ["reason"],
    batches_total: ["outcome"],
    requests_total: ["outcome"],
    retries_total: ["reason"],
    wire_bytes_total: [],
    inflated_bytes_total: [],
    matches_total: [],
    rows_total: [],
    answered_targets_total: ["state"],
    target_errors_total: ["code"],
    paused_seconds_total: ["cause"],
  }),
  ...named("sluice_", CRONSWEEP, {
    windows: ["state"],
    window_seconds: [],
    newest_window_start_timestamp_seconds: [],
    newest_window_state: ["state"],
    newest_window_targets: ["state"],
    newest_complete_window_end_timestamp_seconds: [],
    newest_usable_window_end_timestamp_seconds: [],
    next_run_timestamp_seconds: [],
    windows_to_catch_up: [],
    cronsweep_suspended: [],
    last_success_timestamp_seconds: [],
  }),
  ...named("sluice_worker_", SWEEP, {
    requests_total: ["outcome"],
    retries_total: ["reason"],
    wire_bytes_total: [],
    inflated_bytes_total: [],
    matches_total: [],
    rows_total: [],
    targets_total: ["state"],
    target_errors_total: ["code"],
    paused_seconds_total: ["cause"],
    in_flight_requests: [],
    slots_wanted: ["host"],
    slots_held: ["host"],
    slots_limit: ["host"],
    event_loop_delay_seconds: [],
    anonymous_memory_bytes: [],
    anonymous_memory_peak_bytes: [],
    memory_limit_bytes: [],
  }),
];

const HISTOGRAMS: readonly [string, readonly string[]][] = [
  ...named("sluice_", [], { reconcile_seconds: ["kind"], api_request_seconds: ["verb"] }),
  ...named("sluice_sweep_", SWEEP, { request_seconds: [], target_seconds: [], copy_seconds: [], batch_seconds: [], batch_peak_bytes: [] }),
  ...named("sluice_worker_", SWEEP, { request_seconds: [], target_seconds: [], copy_seconds: [] }),
];

/** By the name that an expression uses. */
export const METRICS: ReadonlyMap<string, readonly string[]> = new Map([
  ...NUMBERS,
  ...HISTOGRAMS.flatMap(([name, labels]): [string, readonly string[]][] => [
    [`${name}_bucket`, [...labels, "le"]],
    [`${name}_sum`, labels],
    [`${name}_count`, labels],
  ]),
]);

/** What Prometheus puts beside them. A pod's name only where the scrape's configuration says so, so nothing may rely on it. */
export const SCRAPED: readonly string[] = ["job", "instance"];
export const SCRAPED_PERHAPS: readonly string[] = ["pod"];
