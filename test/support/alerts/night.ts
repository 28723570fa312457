import { ofCronSweep, ofSweep, controllerSeries, CRONSWEEP, SWEEP, WINDOW, workerSeries } from "./story.ts";

/** The value of a series at a minute after midnight; null if nothing exports it. */
export type ByMinute = (minute: number) => number | null;

export const NIGHT_MINUTES = 14 * 60;

/**
 * The case study's night, as Prometheus sees it: 80,000 targets of yesterday, asked from 05:00 on, 230 settled a minute. Not all
 * goes well, and every trouble passes by itself. `changed`: other values of a series, by its name.
 * 06:00 the provider throttles for five of twenty minutes · 07:10 the API server restarts, and the standby takes over ·
 * 08:00 the provider is down for 40 minutes · 09:30 the database fails over, and the Sweep is Blocked for eight · 10:00 both controllers
 * are upgraded · 11:10 the first pass has left three in a hundred; the second settles nearly all of them by 11:35, and the verdict is Usable.
 */
export function aNight(changed: (name: string) => ByMinute | undefined = () => undefined): Readonly<Record<string, string>> {
  const all: Record<string, ByMinute> = {};
  for (const [pod, isUp] of Object.entries(CONTROLLERS)) {
    const leads = (minute: number): boolean => LEADERS.find(([from, to]) => minute >= from && minute < to)?.[2] === pod;
    const up = (value: ByMinute): ByMinute => (minute) => (isUp(minute) ? value(minute) : null);
    const leading = (value: ByMinute): ByMinute => (minute) => (isUp(minute) && leads(minute) ? value(minute) : null);
    Object.assign(all, {
      [controllerSeries("sluice_leader", {}, pod)]: up((minute) => (leads(minute) ? 1 : 0)),
      [controllerSeries("sluice_sync_age_seconds", {}, pod)]: up((minute) => (minute >= 430 && minute < 433 ? (minute - 429) * 60 : 30)),
      [controllerSeries("sluice_reconcile_errors_total", { kind: "sweep" }, pod)]: up((minute) => (minute < 430 ? 2 : minute < 436 ? 2 + (minute - 430) * 8 : 50)),
      [controllerSeries("sluice_api_requests_total", { verb: "update", resource: "sweeps", code: "200" }, pod)]: up((minute) => minute * 10),
    });
    for (const [name, value] of Object.entries(OF_THE_LEADER)) all[name.replaceAll(`"${ANY}`, `"${pod}`)] = leading(changed(name) ?? value);
  }
  return Object.fromEntries(Object.entries({ ...all, ...fourWorkers() }).map(([name, value]) => [name, asText(value)]));
}

const ANY = "any";

/** When each controller is running. */
const CONTROLLERS: Readonly<Record<string, (minute: number) => boolean>> = {
  "sluice-7d9f8b6c5-aaaaa": (minute) => minute < 600,
  "sluice-7d9f8b6c5-bbbbb": (minute) => minute < 602,
  "sluice-5c8d7f9b4-ccccc": (minute) => minute >= 600,
  "sluice-5c8d7f9b4-ddddd": (minute) => minute >= 601,
};

/** From minute, to minute, the leader. */
const LEADERS: readonly (readonly [number, number, string])[] = [
  [0, 430, "sluice-7d9f8b6c5-aaaaa"],
  [432, 602, "sluice-7d9f8b6c5-bbbbb"],
  [604, Infinity, "sluice-5c8d7f9b4-ccccc"],
];

const START = 300;
const PASS_ONE = [303, 670] as const;
const PASS_TWO = [672, 695] as const;
const VERDICT = 700;

function isAway(minute: number): boolean {
  return minute >= 480 && minute < 520;
}

function isBlocked(minute: number): boolean {
  return minute >= 570 && minute < 578;
}

function settled(minute: number): number {
  const asked = Array.from({ length: Math.max(0, Math.min(minute, PASS_ONE[1]) - PASS_ONE[0]) }, (_, index) => PASS_ONE[0] + index).filter((at) => !isAway(at) && !isBlocked(at)).length;
  const first = Math.min(77_600, asked * 245);
  return first + Math.max(0, Math.min(2380, (minute - PASS_TWO[0]) * 104));
}

function phase(minute: number): string | null {
  if (minute < START) return null;
  if (minute >= VERDICT) return "Usable";
  if (isBlocked(minute)) return "Blocked";
  return minute < PASS_ONE[0] || (minute >= PASS_ONE[1] && minute < PASS_TWO[0]) || minute >= PASS_TWO[1] ? "Preparing" : "Running";
}

function newestTargets(state: string): ByMinute {
  return (minute) => {
    if (minute < PASS_ONE[0]) return state === "ok" ? 80_000 : 0;
    if (state === "missing") return minute < PASS_ONE[1] ? 80_000 : 0;
    if (minute < PASS_ONE[1]) return 0;
    const failed = minute < PASS_TWO[1] ? 2000 : 15;
    const suspect = minute < PASS_TWO[1] ? 600 : 5;
    return { ok: 80_000 - failed - suspect, failed, suspect, mismatch: 0 }[state] ?? 0;
  };
}

function whileSwept(value: (minute: number) => number): ByMinute {
  return (minute) => (minute < START ? null : value(minute));
}

function of(metric: string, labels: Readonly<Record<string, string>> = {}): string {
  return ofSweep(metric, labels, ANY);
}

function ofDataset(metric: string, labels: Readonly<Record<string, string>> = {}): string {
  return ofCronSweep(metric, labels, ANY);
}

const BEFORE = { ...SWEEP, sweep: "daily-20261121" };

const OF_THE_LEADER: Readonly<Record<string, ByMinute>> = {
  [ofDataset("sluice_window_seconds")]: () => 86_400,
  [ofDataset("sluice_cronsweep_suspended")]: () => 0,
  [ofDataset("sluice_windows_to_catch_up")]: () => 0,
  [ofDataset("sluice_windows_missed")]: () => 0,
  [ofDataset("sluice_newest_window_start_timestamp_seconds")]: (minute) => (minute < START ? -2 * 86_400 : -86_400),
  [ofDataset("sluice_newest_usable_window_end_timestamp_seconds")]: (minute) => (minute < VERDICT ? -86_400 : 0),
  ...Object.fromEntries(["ok", "missing", "failed", "suspect", "mismatch"].map((state) => [ofDataset("sluice_newest_window_targets", { state }), newestTargets(state)])),
  [controllerSeries("sluice_database_bytes", { dataset: CRONSWEEP.dataset }, ANY)]: (minute) => (minute < START ? 60e9 : minute < VERDICT ? 60.1e9 : 60.4e9),
  [controllerSeries("sluice_dataset_partitions", { dataset: CRONSWEEP.dataset }, ANY)]: (minute) => (minute < START ? 731 : 732),
  [controllerSeries("sluice_dataset_partitions_kept", { dataset: CRONSWEEP.dataset }, ANY)]: () => 731,
  [of("sluice_sweep_info", WINDOW)]: whileSwept(() => 1),
  ...Object.fromEntries(["Preparing", "Running", "Suspended", "Blocked", "Usable", "Incomplete", "Failed"].map((word) => [of("sluice_sweep_phase", { phase: word }), whileSwept((minute) => (phase(minute) === word ? 1 : 0))])),
  [of("sluice_sweep_finished_timestamp_seconds")]: (minute) => (minute < VERDICT ? null : VERDICT * 60),
  [of("sluice_sweep_blocked", { reason: "Surroundings" })]: (minute) => (isBlocked(minute) ? 1 : null),
  [of("sluice_sweep_settled_targets")]: whileSwept(settled),
  [of("sluice_sweep_peak_memory_ratio")]: whileSwept((minute) => Math.min(0.84, 0.4 + minute / 1000)),
  [of("sluice_sweep_batches_total", { outcome: "out-of-memory" })]: whileSwept((minute) => (minute < 420 ? 0 : minute < 440 ? 1 : minute < 450 ? 2 : 3)),
  [of("sluice_sweep_paused_seconds_total", { cause: "throttled" })]: whileSwept((minute) => 60 * 4 * Math.max(0, Math.min(5, minute - 360))),
  [of("sluice_sweep_paused_seconds_total", { cause: "illness" })]: whileSwept((minute) => 60 * 4 * Math.max(0, Math.min(40, minute - 480))),
  [of("sluice_sweep_batch_seconds_sum")]: whileSwept((minute) => 60 * 4 * (Math.min(minute, VERDICT) - START)),
  // The Sweep of the day before, which is still exported.
  [controllerSeries("sluice_sweep_info", { ...BEFORE, window: "2026-11-21" }, ANY)]: () => 1,
  [controllerSeries("sluice_sweep_phase", { ...BEFORE, phase: "Complete" }, ANY)]: () => 1,
  [controllerSeries("sluice_sweep_settled_targets", BEFORE, ANY)]: () => 80_000,
  [controllerSeries("sluice_sweep_finished_timestamp_seconds", BEFORE, ANY)]: () => -50_000,
  [controllerSeries("sluice_sweep_peak_memory_ratio", BEFORE, ANY)]: () => 0.95,
};

/** Four pods at once; each works for ten minutes, and the next starts a minute later. */
function fourWorkers(): Record<string, ByMinute> {
  const all: Record<string, ByMinute> = {};
  for (let began: number = PASS_ONE[0]; began < PASS_TWO[1]; began += 11) {
    for (const place of [1, 2, 3, 4]) {
      const pod = `daily-20261122-b${began}-${place}`;
      const isThere = (minute: number): boolean => minute >= began && minute < began + 10 && (phase(minute) === "Running" || isAway(minute));
      const isPaused = (minute: number): boolean => isAway(minute) || (minute >= 360 && minute < 365);
      const there = (value: (minute: number) => number): ByMinute => (minute) => (isThere(minute) ? value(minute) : null);
      Object.assign(all, {
        [workerSeries("sluice_worker_in_flight_requests", {}, pod)]: there((minute) => (isPaused(minute) ? 0 : 2)),
        [workerSeries("sluice_worker_slots_wanted", { host: "stat.ripe.net" }, pod)]: there(() => 16),
        [workerSeries("sluice_worker_slots_limit", { host: "stat.ripe.net" }, pod)]: there(() => 8),
        [workerSeries("sluice_worker_paused_seconds_total", { cause: "illness" }, pod)]: there((minute) => (isPaused(minute) ? (minute - began) * 60 : 0)),
        [workerSeries("sluice_worker_anonymous_memory_bytes", {}, pod)]: there((minute) => 2 ** 20 * (40 + ((minute * 7) % 50))),
        [workerSeries("sluice_worker_memory_limit_bytes", {}, pod)]: there(() => 128 * 2 ** 20),
      });
    }
  }
  return all;
}

/** In promtool's notation. A series that is no longer exported becomes stale at once. */
function asText(byMinute: ByMinute): string {
  let before: number | null = null;
  const words: string[] = [];
  for (let minute = 0; minute <= NIGHT_MINUTES; minute += 1) {
    const value = byMinute(minute);
    words.push(value === null ? (before === null ? "_" : "stale") : String(value));
    before = value;
  }
  return words.join(" ");
}
