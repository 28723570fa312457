import { PROGRAM_EXIT } from "../model/exit-codes.ts";
import type { BlockedReason, JobEnd, SweepStatus } from "../model/sweep.ts";
import type { EpochSeconds } from "../model/window.ts";
import type { Step } from "./decision.ts";
import { REASON } from "./reasons.ts";
import { oneLine, tellingLine } from "./telling-line.ts";

/** The sentence of a program that ended badly: its own, or else the line among its last that says why. */
export function problemOf(end: JobEnd, program: string): string {
  const told = oneLine(end.message?.problem ?? "") || tellingLine(end.lastLines);
  if (told !== "") return told;
  return end.exitCode === null ? `${program} was ended by a signal` : `${program} ended with exit code ${end.exitCode}`;
}

export function ranOutOfMemory(end: JobEnd): boolean {
  return end.outOfMemory || end.exitCode === PROGRAM_EXIT.memory;
}

/** No prepare is due. */
export function prepared(status: SweepStatus): SweepStatus {
  const rest: { -readonly [Field in keyof SweepStatus]: SweepStatus[Field] } = { ...status };
  delete rest.preparing;
  return rest;
}

/** Nothing stops the launching. */
export function unblocked(status: SweepStatus): SweepStatus {
  const rest: { -readonly [Field in keyof SweepStatus]: SweepStatus[Field] } = { ...status };
  delete rest.blocked;
  return rest;
}

/** The sweep is over, at once: what still runs is removed uncounted. */
export function fail(status: SweepStatus, problem: string): Step {
  return {
    status: { ...unblocked(prepared(status)), phase: "Failed", ranges: [], running: [], outOfMemory: [], problem },
    events: [{ type: "Warning", reason: REASON.failed, message: problem }],
  };
}

/** One more thing that stops the launching. `since` is kept from the first: so long has nothing worked. */
export function block(status: SweepStatus, reason: BlockedReason, message: string, now: EpochSeconds): Step {
  const before = status.blocked;
  return {
    status: { ...status, blocked: { reason, message, since: before?.since ?? now, tries: (before?.tries ?? 0) + 1 } },
    events: [{ type: "Warning", reason: REASON.blocked, message }],
  };
}
