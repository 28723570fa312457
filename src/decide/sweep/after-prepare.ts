import type { ObjectEvent } from "../../model/event.ts";
import { PROGRAM_EXIT } from "../../model/exit-codes.ts";
import type { PrepareMessage } from "../../model/message.ts";
import { type WindowState, settledOf } from "../../model/states.ts";
import type { JobEnd, SweepPhase, SweepStatus } from "../../model/sweep.ts";
import { without } from "../../model/without.ts";
import type { EpochSeconds } from "../../model/window.ts";
import { REASON } from "../reasons.ts";
import { causesSentence } from "./causes.ts";
import type { Step } from "./decision.ts";
import { secondsBeforeTry, block, fail, prepared, problemOf, ranOutOfMemory, unblocked } from "./ending.ts";

/** After this many crashed attempts the sweep shows as Blocked. Prepare is still tried again. */
const CRASHES_TO_BLOCK = 3;

const PHASE_OF: Readonly<Record<WindowState, SweepPhase>> = { complete: "Complete", usable: "Usable", incomplete: "Incomplete" };

type Preparing = NonNullable<SweepStatus["preparing"]>;

/** The prepare that was due has ended: its message becomes the pass or the verdict; without one it is tried again. */
export function afterPrepare(status: SweepStatus, preparing: Preparing, end: JobEnd, now: EpochSeconds): Step {
  if (end.exitCode === PROGRAM_EXIT.spec) return fail(status, problemOf(end, "prepare"));
  if (end.exitCode === PROGRAM_EXIT.surroundings) {
    const blocked = block(status, "Surroundings", problemOf(end, "prepare"), now);
    return { status: tryAgain(blocked.status, preparing, now), events: blocked.events };
  }
  const message = end.exitCode === PROGRAM_EXIT.done ? messageFor(preparing, end) : null;
  if (message === null) return withoutResult(status, preparing, end, now);
  return message.verdict === undefined ? launchPass(status, message) : finish(status, message, message.verdict);
}

/** The message of prepare, if it is about this pass and round and has a result. */
function messageFor(preparing: Preparing, end: JobEnd): PrepareMessage | null {
  const message = end.message;
  if (message?.program !== "prepare" || message.pass !== preparing.pass || message.round !== preparing.round) return null;
  return message.ranges.length > 0 || message.verdict !== undefined ? message : null;
}

function launchPass(status: SweepStatus, message: PrepareMessage): Step {
  const batches = message.ranges.reduce((sum, range) => sum + range.to - range.from + 1, 0);
  return {
    status: {
      ...prepared(without(status, "retentionHeld")),
      pass: message.pass,
      round: message.round,
      ranges: message.ranges,
      // Never backwards: a batch that was counted is not launched again, whatever prepare says.
      next: Math.max(status.next, message.ranges[0]!.from),
      outOfMemory: [],
      settled: 0,
      totals: message.totals,
      ...counted(message),
      ...heldBy(message),
    },
    events: [
      ...noteEvents(status, message),
      ...(status.blocked === undefined ? [] : [normal(REASON.unblocked, "Prepare succeeded again.")]),
      normal(
        REASON.prepared,
        `Pass ${message.pass}: ${plural(unsettledIn(message), "target", "targets")} unsettled, in ${plural(batches, "batch", "batches")}.`,
      ),
    ],
  };
}

function finish(status: SweepStatus, message: PrepareMessage, verdict: WindowState): Step {
  const { totals, causes = [] } = message;
  const event = normal(REASON.finished, `The window is ${verdict}: ${settledOf(totals)} of ${plural(totals.targets, "target", "targets")} settled.${causesSentence(causes, MOST_CAUSES_IN_EVENT)}`);
  return {
    status: { ...unblocked(prepared(without(status, "retentionHeld"))), phase: PHASE_OF[verdict], ranges: [], outOfMemory: [], totals, verdict, ...counted(message), ...heldBy(message) },
    events: [...noteEvents(status, message), event],
  };
}

/** An event holds 1024 characters. */
const MOST_CAUSES_IN_EVENT = 3;

/** Of what was selected; a prepare of an earlier version counts only the window. */
function unsettledIn({ selected, totals }: PrepareMessage): number {
  return selected === undefined ? totals.targets - settledOf(totals) : selected.targets - selected.settled;
}

/** If this prepare could not read the size of the database, the last known one stays. Causes are counted anew by each prepare. */
function counted({ database, selected, causes = [] }: PrepareMessage): Pick<SweepStatus, "database" | "selected" | "causes"> {
  return { ...(database === undefined ? {} : { database }), ...(selected === undefined ? {} : { selected }), causes };
}

/** It crashed, was stopped, or ended without a message. Prepare is idempotent, so it is run again. */
function withoutResult(status: SweepStatus, preparing: Preparing, end: JobEnd, now: EpochSeconds): Step {
  const sentence = `Prepare, attempt ${preparing.attempt}: ${howItEnded(end)}`;
  const stopped = end.exitCode === PROGRAM_EXIT.stopped;
  if (!stopped && (status.blocked !== undefined || preparing.attempt >= CRASHES_TO_BLOCK)) {
    const blocked = block(status, status.blocked?.reason ?? "Crashing", sentence, now);
    return { status: tryAgain(blocked.status, preparing, now), events: blocked.events };
  }
  return { status: tryAgain(status, preparing, now), events: [{ type: "Warning", reason: REASON.prepareAgain, message: sentence }] };
}

function howItEnded(end: JobEnd): string {
  if (end.exitCode === PROGRAM_EXIT.stopped) return "stopped";
  if (ranOutOfMemory(end)) return "out of memory (on Kubernetes, raise prepare.memory)";
  if (end.exitCode === PROGRAM_EXIT.done) return "ended without a result";
  return problemOf(end, "prepare");
}

function tryAgain(status: SweepStatus, preparing: Preparing, now: EpochSeconds): SweepStatus {
  const wait = secondsBeforeTry(status.blocked?.tries ?? preparing.attempt);
  return { ...status, preparing: { ...preparing, attempt: preparing.attempt + 1, notBefore: now + wait } };
}

function heldBy({ retentionHeld }: PrepareMessage): Pick<SweepStatus, "retentionHeld"> {
  return retentionHeld === undefined ? {} : { retentionHeld };
}

/** The notes, and once for a sweep that its retention is held. */
function noteEvents(before: SweepStatus, { notes, retentionHeld }: PrepareMessage): ObjectEvent[] {
  const isNews = retentionHeld !== undefined && before.retentionHeld === undefined;
  return [...notes.map((note) => normal(REASON.noted, note)), ...(isNews ? [{ type: "Warning", reason: REASON.retentionHeld, message: retentionHeld } as const] : [])];
}

function normal(reason: string, message: string): ObjectEvent {
  return { type: "Normal", reason, message };
}

function plural(amount: number, one: string, many: string): string {
  return `${amount} ${amount === 1 ? one : many}`;
}
