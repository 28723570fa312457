import type { BatchRange } from "../model/message.ts";
import type { FlowSpec, RunningBatch, SweepStatus } from "../model/sweep.ts";
import type { EpochSeconds } from "../model/window.ts";

/** The next batches go into `running`, in the order of their numbers, as many at once as `pods` allows. */
export function launchNext(status: SweepStatus, flow: FlowSpec, now: EpochSeconds): SweepStatus {
  if (flow.suspended || status.preparing !== undefined) return status;
  const running: RunningBatch[] = [...status.running];
  let next = nextBatch(status.ranges, status.next);
  while (next !== null && running.length < width(status, flow)) {
    running.push({ ...next, since: now });
    next = nextBatch(status.ranges, next.batch + 1);
  }
  const last = running.at(-1);
  return last === undefined || running.length === status.running.length ? status : { ...status, running, next: last.batch + 1 };
}

export function hasNext(status: SweepStatus): boolean {
  return nextBatch(status.ranges, status.next) !== null;
}

/** After crashes one batch at a time, until one has a result: it shows as well as four whether processes live again. */
function width(status: SweepStatus, flow: FlowSpec): number {
  return status.blocked?.reason === "Crashing" ? Math.min(1, flow.pods) : flow.pods;
}

function nextBatch(ranges: readonly BatchRange[], from: number): { batch: number; memoryBytes: number } | null {
  const range = ranges.find(({ to }) => to >= from);
  return range === undefined ? null : { batch: Math.max(from, range.from), memoryBytes: range.memoryBytes };
}
