import { PROGRAM_EXIT } from "../../model/exit-codes.ts";
import { type Totals, type WindowState, settledOf } from "../../model/states.ts";
import type { BlockedReason, JobEnd, SweepStatus, FlowSpec } from "../../model/sweep.ts";
import { without } from "../../model/without.ts";
import type { EpochSeconds } from "../../model/window.ts";
import { REASON } from "../reasons.ts";
import type { Step } from "./decision.ts";

/** Why a program ended with a failure, in one sentence: the problem in its message, or else the most telling of its last lines. */
export function problemOf(end: JobEnd, program: string): string {
  const sentence = oneLine(end.message?.problem ?? "") || mostTellingLine(end.lastLines);
  if (sentence !== "") return sentence;
  return end.exitCode === null ? `${program} was killed by a signal` : `${program} ended with exit code ${end.exitCode}`;
}

export function ranOutOfMemory(end: JobEnd): boolean {
  return end.outOfMemory || end.exitCode === PROGRAM_EXIT.memory;
}

/** The status with no prepare due. */
export function prepared(status: SweepStatus): SweepStatus {
  return without(status, "preparing");
}

/** The status without a blocker. */
export function unblocked(status: SweepStatus): SweepStatus {
  return without(status, "blocked");
}

/** The sweep is over, at once: what still runs is removed uncounted. */
export function fail(status: SweepStatus, problem: string): Step {
  return {
    status: { ...unblocked(prepared(status)), phase: "Failed", ranges: [], running: [], outOfMemory: [], problem },
    events: [{ type: "Warning", reason: REASON.failed, message: problem }],
  };
}

/** Blocks the sweep, once more if it is blocked already. `since` stays at the first time, so it says how long nothing has worked. */
export function block(status: SweepStatus, reason: BlockedReason, message: string, now: EpochSeconds): Step {
  const before = status.blocked;
  return {
    status: { ...status, blocked: { reason, message, since: before?.since ?? now, tries: (before?.tries ?? 0) + 1 } },
    events: [{ type: "Warning", reason: REASON.blocked, message }],
  };
}

/** Makes the next pass due: at once if this one made progress, else after a wait that grows with each pass that settled nothing. */
export function nextPass(status: SweepStatus, flow: FlowSpec, now: EpochSeconds): { status: SweepStatus; wait: number } {
  const fruitless = status.settled > 0 || status.outOfMemory.length > 0 ? 0 : status.fruitless + 1;
  // After the last pass prepare only gives the verdict, so there is nothing to wait for.
  const wait = status.pass >= flow.passes ? 0 : secondsBeforePass(fruitless);
  return { status: { ...status, fruitless, preparing: { pass: status.pass + 1, round: 1, attempt: 1, notBefore: now + wait } }, wait };
}

/**
 * Blocks the sweep and launches no more batches of this round. Once prepare succeeds, it packs the pass anew under a new round, so that no pass is spent.
 * One exception: a round that only crashed and settled nothing spends its pass. Otherwise a target that crashes every process
 * would keep the sweep running for ever.
 */
export function blockRound(status: SweepStatus, reason: BlockedReason, sentence: string, flow: FlowSpec, now: EpochSeconds): Step {
  // A prepare is due already: batches that were still running when the sweep was Blocked change nothing.
  if (status.preparing !== undefined) return { status, events: [] };
  const blocked = block(status, reason, sentence, now);
  const notBefore = now + secondsBeforeTry(blocked.status.blocked?.tries ?? 1);
  if (reason === "Crashing" && status.settled === 0) {
    const { status: next } = nextPass(blocked.status, flow, now);
    const preparing = { pass: status.pass + 1, round: 1, attempt: 1, notBefore: Math.max(notBefore, next.preparing?.notBefore ?? now) };
    return { status: { ...next, preparing }, events: blocked.events };
  }
  return { status: { ...blocked.status, preparing: { pass: status.pass, round: status.round + 1, attempt: 1, notBefore } }, events: blocked.events };
}

/**
 * The status when a person runs the sweep again: what it waited for may have been fixed, so prepare is tried at once, and the time that it has
 * been Blocked counts from now.
 */
export function retriedNow(status: SweepStatus, now: EpochSeconds): SweepStatus {
  const { preparing } = status;
  if (preparing === undefined) return status;
  return { ...unblocked(status), phase: "Preparing", preparing: { ...preparing, notBefore: Math.min(preparing.notBefore, now) } };
}

const TRY_FIRST_SECONDS = 5;
const TRY_LONGEST_SECONDS = 300;
const WAIT_FIRST_SECONDS = 30;
export const WAIT_LONGEST_SECONDS = 600;

/** The wait before the next attempt of prepare: 5, 10, 20 … 300 seconds. @param tries from 1 */
export function secondsBeforeTry(tries: number): number {
  return doubled(TRY_FIRST_SECONDS, tries - 1, TRY_LONGEST_SECONDS);
}

/** The wait before the next pass: 0 after a pass that settled something, else 30, 60, 120 … 600 seconds. @param fruitless passes in a row that settled nothing */
export function secondsBeforePass(fruitless: number): number {
  return fruitless === 0 ? 0 : doubled(WAIT_FIRST_SECONDS, fruitless - 1, WAIT_LONGEST_SECONDS);
}

/** first · 2^times, without overflow after months of attempts. */
function doubled(first: number, times: number, longest: number): number {
  return Math.min(longest, first * 2 ** Math.min(times, 30));
}

/** The start of the line in which an uncaught error, or V8, says what is wrong. */
const ERROR_LINE = /^(?:Uncaught )?(?:[\w.]*(?:Error|Exception)(?: \[\w+\])?|FATAL ERROR): ./;

/** What Node writes around that line: frames, marks under the source, fields of the error, its version. */
const NOISE = /^(?:at .*|Node\.js v.*|[\^~]+|[{}[\]],?|throw .*|\[?\w+\]?: .*(?:,|')|node:\S+:\d+|\S*:\d+)$/;

const LONGEST = 300;

/** The line among a program's last lines that says why it ended, at most 300 characters; "" if there is none. */
export function mostTellingLine(lastLines: string): string {
  const lines = lastLines.split("\n").map(messageOf).map(oneLine).filter((line) => line !== "");
  const telling = lines.findLast((line) => ERROR_LINE.test(line)) ?? lines.findLast((line) => !NOISE.test(line)) ?? lines.at(-1) ?? "";
  return telling.length <= LONGEST ? telling : `${telling.slice(0, LONGEST - 1)}…`;
}

/** For a pod without a termination message Kubernetes gives the last lines of its log, which are JSON: only their msg counts. */
function messageOf(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const { msg } = JSON.parse(line) as { readonly msg?: unknown };
    return typeof msg === "string" ? msg : line;
  } catch {
    return line;
  }
}

/** With each run of white space as one space, and trimmed. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** The state of a window. A window without targets was never asked, so it is incomplete. @param atLeast a share: 0.999 for 99.9 % */
export function verdict(totals: Totals, atLeast: number): WindowState {
  const settled = settledOf(totals);
  if (totals.targets === 0) return "incomplete";
  if (settled === totals.targets) return "complete";
  // A share such as 0.999 has no exact double: 0.07 of 100 targets must be 7, not 7.000000000000001.
  return settled >= atLeast * totals.targets - 1e-6 ? "usable" : "incomplete";
}
