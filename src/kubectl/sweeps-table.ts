import { PAUSED_ANNOTATION, type CronSweepObject, type SweepObject } from "../controller/resources.ts";
import { spanText } from "../controller/sweep/status.ts";
import { paintPhase, phaseText } from "./sweep-report.ts";
import type { Paint } from "../cli/paint.ts";
import { renderTable, type Column } from "../cli/table.ts";

/** As `kubectl get sweeps` shows them. `now` in milliseconds. */
export function renderSweeps(sweeps: readonly SweepObject[], now: number, paint: Paint): string {
  const columns: Column[] = [
    { title: "sweep" },
    { title: "window" },
    { title: "phase", paint: (text) => paintPhase(text, paint) },
    { title: "pass", align: "right" },
    { title: "settled", align: "right" },
    { title: "failed", align: "right" },
    { title: "batches", align: "right" },
    { title: "memory", align: "right" },
    { title: "rate", align: "right" },
    { title: "eta", align: "right" },
    { title: "age", align: "right" },
    { title: sweeps.some(({ status }) => status?.waiting !== undefined) ? "waiting" : "", paint: paint.middling },
  ];
  const cells = sweeps.map((sweep) => {
    const { waiting = "", pass, settledOfTargets, failed, batches, peakMemory, rate, eta } = sweep.status ?? {};
    const shown = [pass, settledOfTargets, failed, batches, peakMemory, rate, eta].map((value) => String(value ?? ""));
    return [sweep.metadata.name, sweep.spec.window.start, phaseText(sweep), ...shown, ageOf(sweep.metadata.creationTimestamp, now), waiting];
  });
  return renderTable(columns, cells, paint);
}

/** As `kubectl get cronsweeps` shows them, and whether they are paused or suspended. */
export function renderCronSweeps(cronSweeps: readonly CronSweepObject[], now: number, paint: Paint): string {
  const columns: Column[] = [
    { title: "cronsweep" },
    { title: "schedule" },
    { title: "next run" },
    { title: "newest" },
    { title: "state", paint: (text) => paintPhase(text, paint) },
    { title: "behind", align: "right" },
    { title: "paused", paint: paint.middling },
    { title: "age", align: "right" },
  ];
  const cells = cronSweeps.map((cronSweep) => {
    const { nextRun, newestWindow, state, windowsToCatchUp } = cronSweep.status ?? {};
    const { schedule, timeZone } = cronSweep.spec;
    return [
      cronSweep.metadata.name,
      `${schedule} ${timeZone}`,
      nextRun ?? "",
      newestWindow ?? "",
      state ?? "",
      String(windowsToCatchUp ?? ""),
      pausedText(cronSweep),
      ageOf(cronSweep.metadata.creationTimestamp, now),
    ];
  });
  return renderTable(columns, cells, paint);
}

/** "paused", "suspended", both, or nothing. */
export function pausedText({ spec, metadata }: CronSweepObject): string {
  const isPaused = metadata.annotations?.[PAUSED_ANNOTATION] === "true";
  return [spec.suspend ? "suspended" : "", isPaused ? "paused" : ""].filter((word) => word !== "").join(", ");
}

function ageOf(creation: string | undefined, now: number): string {
  return creation === undefined ? "" : spanText((now - Date.parse(creation)) / 1000);
}
