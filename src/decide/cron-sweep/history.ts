import type { EpochSeconds } from "../../model/window.ts";

export interface EndedSweep {
  readonly name: string;
  readonly uid: string;
  readonly endedAt: EpochSeconds;
  /** Complete or usable. */
  readonly succeeded: boolean;
}

export interface HistoryLimits {
  readonly successful: number;
  readonly failed: number;
}

/** The finished Sweeps of a CronSweep that exceed the limits, oldest first. Only the objects are deleted; their data stays. */
export function beyondHistory(ended: readonly EndedSweep[], limits: HistoryLimits): EndedSweep[] {
  const newestFirst = [...ended].sort((one, other) => other.endedAt - one.endedAt || (one.name < other.name ? 1 : -1));
  const beyond = [
    ...newestFirst.filter(({ succeeded }) => succeeded).slice(limits.successful),
    ...newestFirst.filter(({ succeeded }) => !succeeded).slice(limits.failed),
  ];
  return newestFirst.filter((sweep) => beyond.includes(sweep)).reverse();
}
