import type { RunningView } from "../../local/sweep-driver.ts";
import { flowWait } from "../../decide/sweep/flow-wait.ts";
import type { BatchMessage } from "../../model/message.ts";
import { waitText } from "../../model/wait.ts";
import { isSettled, settledOf, type TargetState } from "../../model/states.ts";
import type { EpochSeconds } from "../../model/window.ts";
import { partSelected, type SweepStatus } from "../../model/sweep.ts";

/** A sweep at one moment, as the live view shows it. */
export interface Snapshot {
  /** Milliseconds of the monotonic clock. */
  readonly at: number;
  readonly phase: SweepStatus["phase"];
  readonly pass: number;
  /** Of the targets that the sweep asks: all of the window, or those that it selected. */
  readonly settled: number;
  readonly targets: number;
  /** The number of targets of the window, where the sweep selected some of them; else null. */
  readonly selectedFrom: number | null;
  readonly requests: number;
  readonly retries: number;
  readonly textBytes: number;
  readonly wireBytes: number;
  readonly rows: number;
  readonly inFlight: number;
  readonly limit: number;
  readonly batches: readonly { readonly batch: number; readonly peakBytes: number; readonly limitBytes: number }[];
  /** Why nothing is being asked: the host pauses, its circuit breaker is open, or the sweep is Blocked. */
  readonly waitingFor: string | null;
}

/** Adds the messages of the running batches to the status. */
export function takeSnapshot(status: SweepStatus | null, running: readonly RunningView[], at: number, now: EpochSeconds): Snapshot {
  const messages = running.map(({ message }) => message).filter((message) => message !== null);
  const sum = (of: (message: (typeof messages)[number]) => number): number => messages.reduce((total, message) => total + of(message), 0);
  const settledNow = sum(({ states }) =>
    Object.entries(states).reduce((total, [state, count]) => total + (isSettled(state as TargetState) ? count : 0), 0),
  );
  const limits = new Map((status?.running ?? []).map(({ batch, memoryBytes }) => [batch, memoryBytes]));
  const limit = Math.max(0, ...messages.map(({ slots }) => slots.limit));
  return {
    at,
    phase: status?.phase ?? "Pending",
    pass: status?.pass ?? 0,
    ...countsOf(status, settledNow),
    requests: (status?.sums.requests ?? 0) + sum((message) => message.requests),
    retries: (status?.sums.retries ?? 0) + sum((message) => message.retries),
    textBytes: (status?.sums.textBytes ?? 0) + sum((message) => message.textBytes),
    wireBytes: (status?.sums.wireBytes ?? 0) + sum((message) => message.wireBytes),
    rows: (status?.sums.rows ?? 0) + sum((message) => message.rows),
    // Messages are written at different moments: a slot that moved from one process to another may be in both.
    inFlight: Math.min(limit, sum((message) => message.inFlight)),
    limit,
    batches: running.map(({ batch, anonPeakBytes, message }) => ({
      batch,
      peakBytes: Math.max(anonPeakBytes, message?.memory.anonPeak ?? 0),
      limitBytes: limits.get(batch) ?? message?.memory.limit ?? 0,
    })),
    waitingFor: waitingOf(status, messages, now),
  };
}

/** What the batches wait for, unless one of them works: then the others only wait for their turn. */
function waitingOf(status: SweepStatus | null, messages: readonly BatchMessage[], now: EpochSeconds): string | null {
  const own = status === null ? null : flowWait(status, now);
  if (own !== null) return waitText(own);
  const waits = messages.flatMap(({ waiting }) => waiting ?? []);
  const host = waits.find((wait) => ["illness", "throttled", "database"].includes(wait.for));
  if (host !== undefined) return waitText(host);
  const [wait] = waits;
  return wait === undefined || waits.length < messages.length ? null : waitText(wait);
}

function countsOf(status: SweepStatus | null, settledNow: number): Pick<Snapshot, "settled" | "targets" | "selectedFrom"> {
  const totals = status?.totals;
  if (totals === undefined) return { settled: 0, targets: 0, selectedFrom: null };
  const selected = partSelected(status!);
  const { targets, settled } = selected ?? { targets: totals.targets, settled: settledOf(totals) };
  return { settled: Math.min(targets, settled + status!.settled + settledNow), targets, selectedFrom: selected === null ? null : totals.targets };
}
