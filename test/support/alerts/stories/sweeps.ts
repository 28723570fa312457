import { type AlertStories, aSweep, ofSweep, OTHER_POD, SWEEP, WINDOW, workerSeries } from "../story.ts";

const LABELS = { ...SWEEP, ...WINDOW };
const NAMED = "Sweep bgp/daily-20261122 (window 2026-11-22)";
const SETTLED = "sluice_sweep_settled_targets";
const OUT_OF_MEMORY = ["sluice_sweep_batches_total", { outcome: "out-of-memory" }] as const;
const THROTTLED = ["sluice_sweep_paused_seconds_total", { cause: "throttled" }] as const;
const HOST = { host: "stat.ripe.net" };

function ended(phase: string, at: string, more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return {
    [ofSweep("sluice_sweep_info", WINDOW)]: "1x3000",
    [ofSweep("sluice_sweep_phase", { phase })]: `_x60 1x3000`,
    [ofSweep("sluice_sweep_phase", { phase: "Running" })]: `1x60 0x3000`,
    [ofSweep("sluice_sweep_finished_timestamp_seconds")]: `_x60 ${at}x3000`,
    ...more,
  };
}

/** Another Sweep of the same window. */
function rerun(phase: string): Readonly<Record<string, string>> {
  const sweep = { sweep: "daily-20261122-2" };
  return { [ofSweep("sluice_sweep_info", { ...sweep, ...WINDOW })]: "1x3000", [ofSweep("sluice_sweep_phase", { ...sweep, phase })]: "_x120 1x3000" };
}

/** Four pods that share the 8 slots of a host. */
function fourPods({ inFlight, wanted, paused = "0x300", limit = "8x300" }: { readonly inFlight: string; readonly wanted: string; readonly paused?: string; readonly limit?: string }): Readonly<Record<string, string>> {
  const pods = ["a", "b", "c", "d"].map((pod) => ({
    [workerSeries("sluice_worker_in_flight_requests", {}, pod)]: inFlight,
    [workerSeries("sluice_worker_slots_wanted", HOST, pod)]: wanted,
    [workerSeries("sluice_worker_slots_limit", HOST, pod)]: limit,
    [workerSeries("sluice_worker_paused_seconds_total", { cause: "throttled" }, pod)]: paused,
  }));
  return Object.assign({}, ...pods) as Record<string, string>;
}

export const SWEEPS: Readonly<Record<string, AlertStories>> = {
  SluiceSweepStuck: {
    severity: "warning",
    fires: {
      "when nothing was settled for an hour": {
        series: aSweep({ [ofSweep(SETTLED)]: "0+500x60 30000x300" }),
        at: "2h12m",
        labels: LABELS,
        summary: `${NAMED} has settled no target for 60 minutes and is at 30k targets.`,
      },
      "when a new leader continues the series": {
        series: aSweep({
          [ofSweep("sluice_sweep_info", WINDOW)]: "1x80 stale",
          [ofSweep("sluice_sweep_phase", { phase: "Running" })]: "1x80 stale",
          [ofSweep(SETTLED)]: "30000x80 stale",
          [ofSweep("sluice_sweep_info", WINDOW, OTHER_POD)]: "_x82 1x300",
          [ofSweep("sluice_sweep_phase", { phase: "Running" }, OTHER_POD)]: "_x82 1x300",
          [ofSweep(SETTLED, {}, OTHER_POD)]: "_x82 30000x300",
        }),
        at: "1h40m",
        labels: LABELS,
        summary: `${NAMED} has settled no target for 60 minutes and is at 30k targets.`,
      },
      "sooner with a smaller value": {
        series: aSweep({ [ofSweep(SETTLED)]: "0+500x60 30000x300" }),
        at: "1h42m",
        alerts: { sweepStuck: { minutes: 30 } },
        labels: LABELS,
        summary: `${NAMED} has settled no target for 30 minutes and is at 30k targets.`,
      },
    },
    isQuiet: {
      "when one target was settled after 55 minutes": { series: aSweep({ [ofSweep(SETTLED)]: "0+500x60 30000x55 30001x55 30002x55" }), at: "2h50m" },
      "while the provider is down for forty minutes": { series: aSweep({ [ofSweep(SETTLED)]: "0+500x60 30000x40 30000+500x100" }), at: "2h" },
      "while it is suspended": { series: { ...aSweep({ [ofSweep(SETTLED)]: "30000x300" }), [ofSweep("sluice_sweep_phase", { phase: "Running" })]: "0x300", [ofSweep("sluice_sweep_phase", { phase: "Suspended" })]: "1x300" }, at: "3h" },
      "just after it was resumed": {
        series: { ...aSweep({ [ofSweep(SETTLED)]: "30000x300" }), [ofSweep("sluice_sweep_phase", { phase: "Running" })]: "0x200 1x100", [ofSweep("sluice_sweep_phase", { phase: "Suspended" })]: "1x200 0x100" },
        at: "3h55m",
      },
      "while it is Blocked, which has its own alert": { series: { ...aSweep({ [ofSweep(SETTLED)]: "30000x300" }), [ofSweep("sluice_sweep_phase", { phase: "Running" })]: "0x300", [ofSweep("sluice_sweep_phase", { phase: "Blocked" })]: "1x300" }, at: "3h" },
      "once it has ended": { series: ended("Complete", "3600", { [ofSweep(SETTLED)]: "80000x300" }), at: "4h" },
      "when it has just started": { series: aSweep({ [ofSweep(SETTLED)]: "0x50" }), at: "50m" },
    },
  },

  SluiceSweepBlocked: {
    severity: "warning",
    fires: {
      "when it was blocked for a quarter of an hour": {
        series: aSweep({ [ofSweep("sluice_sweep_blocked", { reason: "Surroundings" })]: "_x10 1x300" }),
        at: "27m",
        labels: { ...LABELS, reason: "Surroundings" },
        summary: `${NAMED} is blocked: Surroundings.`,
      },
      "when it was refused, and so has no window": {
        series: { [ofSweep("sluice_sweep_info")]: "1x300", [ofSweep("sluice_sweep_blocked", { reason: "Invalid" })]: "1x300" },
        at: "20m",
        labels: { ...SWEEP, reason: "Invalid" },
        summary: "Sweep bgp/daily-20261122 is blocked: Invalid.",
      },
    },
    isQuiet: {
      "when it was made before its window can be asked": { series: aSweep({ [ofSweep("sluice_sweep_blocked", { reason: "NotAskable" })]: "1x300" }), at: "2h" },
      "when the database was away for ten minutes": { series: aSweep({ [ofSweep("sluice_sweep_blocked", { reason: "Surroundings" })]: "_x10 1x10 stale" }), at: "27m" },
      "with an hour as value": { series: aSweep({ [ofSweep("sluice_sweep_blocked", { reason: "JobRefused" })]: "1x300" }), at: "50m", alerts: { sweepBlocked: { for: "1h" } } },
    },
  },

  SluiceSweepIncomplete: {
    severity: "warning",
    fires: {
      "when too much is unsettled after the last pass": { series: ended("Incomplete", "3600"), at: "1h3m", labels: { ...LABELS, phase: "Incomplete" }, summary: `${NAMED} ended Incomplete.` },
      "when its spec was wrong": { series: ended("Failed", "3600"), at: "1h3m", labels: { ...LABELS, phase: "Failed" }, summary: `${NAMED} ended Failed.` },
      "also while a rerun is running": { series: { ...ended("Incomplete", "3600"), ...rerun("Running") }, at: "3h", labels: { ...LABELS, phase: "Incomplete" }, summary: `${NAMED} ended Incomplete.` },
    },
    isQuiet: {
      "when it ended Usable": { series: ended("Usable", "3600"), at: "2h" },
      "once a rerun has made the window complete": { series: { ...ended("Incomplete", "3600"), ...rerun("Complete") }, at: "2h15m" },
      "a day later": { series: ended("Incomplete", "3600"), at: "25h15m" },
      "after two hours with two hours as value": { series: ended("Incomplete", "3600"), at: "3h15m", alerts: { sweepIncomplete: { hours: 2 } } },
    },
  },

  SluiceMemoryNear: {
    severity: "warning",
    fires: {
      "when a batch that ended used 92 % of its limit": { series: aSweep({ [ofSweep("sluice_sweep_peak_memory_ratio")]: "0.5x30 0.92x300" }), at: "33m", labels: LABELS, summary: "A batch of Sweep bgp/daily-20261122 (window 2026-11-22) used 92% of its memory limit." },
      "when a running pod uses 95 % of it": {
        series: aSweep({ [workerSeries("sluice_worker_anonymous_memory_bytes")]: "127506842x10", [workerSeries("sluice_worker_memory_limit_bytes")]: "134217728x10" }),
        at: "5m",
        labels: LABELS,
        summary: "A batch of Sweep bgp/daily-20261122 (window 2026-11-22) used 95% of its memory limit.",
      },
      "earlier with a smaller value": { series: aSweep({ [ofSweep("sluice_sweep_peak_memory_ratio")]: "0.85x300" }), at: "33m", alerts: { memoryNear: { share: 0.8 } }, labels: LABELS, summary: "A batch of Sweep bgp/daily-20261122 (window 2026-11-22) used 85% of its memory limit." },
    },
    isQuiet: {
      "at 89 % of the limit": {
        series: aSweep({ [ofSweep("sluice_sweep_peak_memory_ratio")]: "0.89x300", [workerSeries("sluice_worker_anonymous_memory_bytes")]: "119000000x300", [workerSeries("sluice_worker_memory_limit_bytes")]: "134217728x300" }),
        at: "1h",
      },
      "the day after a Sweep that came close to it": { series: ended("Complete", "3600", { [ofSweep("sluice_sweep_peak_memory_ratio")]: "0.95x3000" }), at: "5h" },
    },
  },

  SluiceOutOfMemory: {
    severity: "warning",
    fires: {
      "when six batches ran out of memory within an hour": { series: aSweep({ [ofSweep(...OUT_OF_MEMORY)]: "0x30 2x10 6x100" }), at: "50m", labels: LABELS, summary: `6 batches of ${NAMED} ran out of memory within an hour.` },
      "when the next leader exports some of them": {
        series: aSweep({ [ofSweep(...OUT_OF_MEMORY)]: "0x30 4x5 stale", [ofSweep(...OUT_OF_MEMORY, OTHER_POD)]: "_x40 7x100" }),
        at: "50m",
        labels: LABELS,
        summary: `7 batches of ${NAMED} ran out of memory within an hour.`,
      },
      "at fewer with a smaller value": { series: aSweep({ [ofSweep(...OUT_OF_MEMORY)]: "0x30 1x100" }), at: "50m", alerts: { outOfMemory: { batches: 0 } }, labels: LABELS, summary: `1 batches of ${NAMED} ran out of memory within an hour.` },
    },
    isQuiet: {
      "when one very large target climbs the memory ladder": { series: aSweep({ [ofSweep(...OUT_OF_MEMORY)]: "0x30 1x5 2x5 3x5 4x300" }), at: "1h" },
      "when a new leader exports old numbers": { series: aSweep({ [ofSweep(...OUT_OF_MEMORY)]: "9x100 stale", [ofSweep(...OUT_OF_MEMORY, OTHER_POD)]: "_x103 9x300" }), at: "2h" },
    },
  },

  SluiceThrottled: {
    severity: "warning",
    fires: {
      "when a third of the time is paused": {
        series: aSweep({ [ofSweep(...THROTTLED)]: "0+80x300", [ofSweep("sluice_sweep_batch_seconds_sum")]: "0+240x300" }),
        at: "1h30m",
        labels: LABELS,
        summary: `The provider throttles ${NAMED}, which spent 33.33% of its time paused.`,
      },
    },
    isQuiet: {
      "with a pause of a minute in each hour": { series: aSweep({ [ofSweep(...THROTTLED)]: "0x59 240x60 480x60", [ofSweep("sluice_sweep_batch_seconds_sum")]: "0+240x300" }), at: "2h30m" },
      "when an unhealthy host pauses it": { series: aSweep({ [ofSweep("sluice_sweep_paused_seconds_total", { cause: "illness" })]: "0+200x300", [ofSweep("sluice_sweep_batch_seconds_sum")]: "0+240x300" }), at: "2h" },
      "with half of the time as value": { series: aSweep({ [ofSweep(...THROTTLED)]: "0+80x300", [ofSweep("sluice_sweep_batch_seconds_sum")]: "0+240x300" }), at: "2h", alerts: { throttled: { share: 0.5 } } },
    },
  },

  SluiceSlotsIdle: {
    severity: "warning",
    fires: {
      "when one slot in four is in use, and sixteen targets wait in each pod": { series: fourPods({ inFlight: "0.5x300", wanted: "16x300" }), at: "32m", labels: HOST, summary: "Only 25% of the slots for stat.ripe.net are in use although targets are waiting and nothing is paused." },
      "at a higher share with a larger value": { series: fourPods({ inFlight: "1.5x300", wanted: "16x300" }), at: "32m", alerts: { slotsIdle: { share: 0.8 } }, labels: HOST, summary: "Only 75% of the slots for stat.ripe.net are in use although targets are waiting and nothing is paused." },
    },
    isQuiet: {
      "when three in four are in use": { series: fourPods({ inFlight: "1.5x300", wanted: "16x300" }), at: "2h" },
      "while the provider pauses them": { series: fourPods({ inFlight: "0x300", wanted: "16x300", paused: "0+60x300" }), at: "2h" },
      "when few targets are left": { series: fourPods({ inFlight: "0.25x300", wanted: "1x300" }), at: "2h" },
      "between two Sweeps": { series: fourPods({ inFlight: "0.5x25 stale", wanted: "16x25 stale", limit: "8x25 stale", paused: "0x25 stale" }), at: "26m" },
      "in the first half hour, while pods start": { series: fourPods({ inFlight: "0.5x10 2x200", wanted: "16x300" }), at: "45m" },
    },
  },
};
