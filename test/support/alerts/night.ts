import { ofCronSweep, ofSweep, controllerSeries, CRONSWEEP, SWEEP, WINDOW, workerSeries } from "./story.ts";

/** Values of series by minute from midnight on; null: nobody tells it. */
export type Told = (minute: number) => number | null;

export const NIGHT_MINUTES = 14 * 60;

/**
 * The case study's night, as Prometheus sees it: 80,000 targets of yesterday, asked from 05:00 on, 230 settled a minute. Not all
 * goes well, and all of it passes by itself. `changed`: what a series tells instead, by its name.
 * 06:00 the provider throttles for five of twenty minutes · 07:10 the API server starts anew, and the standby takes over ·
 * 08:00 the provider is away for 40 minutes · 09:30 the database fails over, and the Sweep is Blocked for eight · 10:00 both controllers
 * are upgraded · 11:10 the first pass has left three in a hundred; the second settles nearly all of them by 11:35, and the verdict is Usable.
 */
export function aNight(changed: (name: string) => Told | undefined = () => undefined): Readonly<Record<string, string>> {
  const told: Record<string, Told> = {};
  for (const [pod, isUp] of Object.entries(CONTROLLERS)) {
    const leads = (minute: number): boolean => LEADERS.find(([from, to]) => minute >= from && minute < to)?.[2] === pod;
    const up = (tell: Told): Told => (minute) => (isUp(minute) ? tell(minute) : null);
    const leading = (tell: Told): Told => (minute) => (isUp(minute) && leads(minute) ? tell(minute) : null);
    Object.assign(told, {
      [controllerSeries("sluice_leader", {}, pod)]: up((minute) => (leads(minute) ? 1 : 0)),
      [controllerSeries("sluice_sync_age_seconds", {}, pod)]: up((minute) => (minute >= 430 && minute < 433 ? (minute - 429) * 60 : 30)),
      [controllerSeries("sluice_reconcile_errors_total", { kind: "sweep" }, pod)]: up((minute) => (minute < 430 ? 2 : minute < 436 ? 2 + (minute - 430) * 8 : 50)),
      [controllerSeries("sluice_api_requests_total", { verb: "update", resource: "sweeps", code: "200" }, pod)]: up((minute) => minute * 10),
    });
    for (const [name, tell] of Object.entries(LEADER_TELLS)) told[name.replaceAll(`"${ANY}`, `"${pod}`)] = leading(changed(name) ?? tell);
  }
  return Object.fromEntries(Object.entries({ ...told, ...fourWorkers() }).map(([name, tell]) => [name, asText(tell)]));
}

const ANY = "any";

/** Who is there when. */
const CONTROLLERS: Readonly<Record<string, (minute: number) => boolean>> = {
  "sluice-7d9f8b6c5-aaaaa": (minute) => minute < 600,
  "sluice-7d9f8b6c5-bbbbb": (minute) => minute < 602,
  "sluice-5c8d7f9b4-ccccc": (minute) => minute >= 600,
  "sluice-5c8d7f9b4-ddddd": (minute) => minute >= 601,
};

/** From, to, who leads. */
const LEADERS: readonly (readonly [number, number, string])[] = [
  [0, 430, "sluice-7d9f8b6c5-aaaaa"],
  [432, 602, "sluice-7d9f8b6c5-bbbbb"],
  [604, Infinity, "sluice-5c8d7f9b4-ccccc"],
];

const BEGIN = 300;
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
  if (minute < BEGIN) return null;
  if (minute >= VERDICT) return "Usable";
  if (isBlocked(minute)) return "Blocked";
  return minute < PASS_ONE[0] || (minute >= PASS_ONE[1] && minute < PASS_TWO[0]) || minute >= PASS_TWO[1] ? "Preparing" : "Running";
}

function newestTargets(state: string): Told {
  return (minute) => {
    if (minute < PASS_ONE[0]) return state === "ok" ? 80_000 : 0;
    if (state === "missing") return minute < PASS_ONE[1] ? 80_000 : 0;
    if (minute < PASS_ONE[1]) return 0;
    const failed = minute < PASS_TWO[1] ? 2000 : 15;
    const suspect = minute < PASS_TWO[1] ? 600 : 5;
    return { ok: 80_000 - failed - suspect, failed, suspect, mismatch: 0 }[state] ?? 0;
  };
}

function whileSwept(tell: (minute: number) => number): Told {
  return (minute) => (minute < BEGIN ? null : tell(minute));
}

function of(metric: string, labels: Readonly<Record<string, string>> = {}): string {
  return ofSweep(metric, labels, ANY);
}

function ofDataset(metric: string, labels: Readonly<Record<string, string>> = {}): string {
  return ofCronSweep(metric, labels, ANY);
}

const BEFORE = { ...SWEEP, sweep: "daily-20261121" };

const LEADER_TELLS: Readonly<Record<string, Told>> = {
  [ofDataset("sluice_window_seconds")]: () => 86_400,
  [ofDataset("sluice_cronsweep_suspended")]: () => 0,
  [ofDataset("sluice_windows_to_catch_up")]: () => 0,
  [ofDataset("sluice_newest_window_start_timestamp_seconds")]: (minute) => (minute < BEGIN ? -2 * 86_400 : -86_400),
  [ofDataset("sluice_newest_usable_window_end_timestamp_seconds")]: (minute) => (minute < VERDICT ? -86_400 : 0),
  ...Object.fromEntries(["ok", "missing", "failed", "suspect", "mismatch"].map((state) => [ofDataset("sluice_newest_window_targets", { state }), newestTargets(state)])),
  [controllerSeries("sluice_database_bytes", { dataset: CRONSWEEP.dataset }, ANY)]: (minute) => (minute < BEGIN ? 60e9 : minute < VERDICT ? 60.1e9 : 60.4e9),
  [controllerSeries("sluice_dataset_partitions", { dataset: CRONSWEEP.dataset }, ANY)]: (minute) => (minute < BEGIN ? 731 : 732),
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
  [of("sluice_sweep_batch_seconds_sum")]: whileSwept((minute) => 60 * 4 * (Math.min(minute, VERDICT) - BEGIN)),
  // Of the day before, and still told of.
  [controllerSeries("sluice_sweep_info", { ...BEFORE, window: "2026-11-21" }, ANY)]: () => 1,
  [controllerSeries("sluice_sweep_phase", { ...BEFORE, phase: "Complete" }, ANY)]: () => 1,
  [controllerSeries("sluice_sweep_settled_targets", BEFORE, ANY)]: () => 80_000,
  [controllerSeries("sluice_sweep_finished_timestamp_seconds", BEFORE, ANY)]: () => -50_000,
  [controllerSeries("sluice_sweep_peak_memory_ratio", BEFORE, ANY)]: () => 0.95,
};

/** In each of four places a pod works for ten minutes, and a minute later the next. */
function fourWorkers(): Record<string, Told> {
  const told: Record<string, Told> = {};
  for (let began: number = PASS_ONE[0]; began < PASS_TWO[1]; began += 11) {
    for (const place of [1, 2, 3, 4]) {
      const pod = `daily-20261122-b${began}-${place}`;
      const isThere = (minute: number): boolean => minute >= began && minute < began + 10 && (phase(minute) === "Running" || isAway(minute));
      const isPaused = (minute: number): boolean => isAway(minute) || (minute >= 360 && minute < 365);
      const there = (tell: (minute: number) => number): Told => (minute) => (isThere(minute) ? tell(minute) : null);
      Object.assign(told, {
        [workerSeries("sluice_worker_in_flight_requests", {}, pod)]: there((minute) => (isPaused(minute) ? 0 : 2)),
        [workerSeries("sluice_worker_slots_wanted", { host: "stat.ripe.net" }, pod)]: there(() => 16),
        [workerSeries("sluice_worker_slots_limit", { host: "stat.ripe.net" }, pod)]: there(() => 8),
        [workerSeries("sluice_worker_paused_seconds_total", { cause: "illness" }, pod)]: there((minute) => (isPaused(minute) ? (minute - began) * 60 : 0)),
        [workerSeries("sluice_worker_anonymous_memory_bytes", {}, pod)]: there((minute) => 2 ** 20 * (40 + ((minute * 7) % 50))),
        [workerSeries("sluice_worker_memory_limit_bytes", {}, pod)]: there(() => 128 * 2 ** 20),
      });
    }
  }
  return told;
}

/** In promtool's words. Where nobody tells it any more Prometheus knows at once. */
function asText(tell: Told): string {
  let before: number | null = null;
  const words: string[] = [];
  for (let minute = 0; minute <= NIGHT_MINUTES; minute += 1) {
    const value = tell(minute);
    words.push(value === null ? (before === null ? "_" : "stale") : String(value));
    before = value;
  }
  return words.join(" ");
}
