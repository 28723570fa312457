import { PROGRAM_EXIT } from "../../model/exit-codes.ts";
import { type Totals, type WindowState, settledOf } from "../../model/states.ts";
import type { BlockedReason, JobEnd, SweepStatus, FlowSpec } from "../../model/sweep.ts";
import type { EpochSeconds } from "../../model/window.ts";
import { REASON } from "../reasons.ts";
import type { Step } from "./decision.ts";

/** The sentence of a program that ended badly: its own, or else the line among its last that says why. */
export function problemOf(end: JobEnd, program: string): string {
  const told = oneLine(end.message?.problem ?? "") || mostTellingLine(end.lastLines);
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

/** The next pass is due: at once if this one promises something, else after a wait that grows with each pass that settled nothing. */
export function nextPass(status: SweepStatus, flow: FlowSpec, now: EpochSeconds): { status: SweepStatus; wait: number } {
  const fruitless = status.settled > 0 || status.outOfMemory.length > 0 ? 0 : status.fruitless + 1;
  // After the last pass prepare only gives the verdict: nothing is asked that a wait would help.
  const wait = status.pass >= flow.passes ? 0 : secondsBeforePass(fruitless);
  return { status: { ...status, fruitless, preparing: { pass: status.pass + 1, round: 1, attempt: 1, notBefore: now + wait } }, wait };
}

/**
 * Nothing more of this round is launched. Once prepare works, the pass is packed anew under a new round: no pass is spent.
 * One exception, or a target that crashes every process would keep a sweep going for ever: a round that only crashed and settled
 * nothing spends its pass.
 */
export function blockRound(status: SweepStatus, reason: BlockedReason, sentence: string, flow: FlowSpec, now: EpochSeconds): Step {
  // A prepare is due already: those that were still running when the sweep was Blocked add nothing.
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
 * A sweep as somebody takes it up who was told to run it: what it waited for may be right by now, so that is tried at once, and how long
 * it has been Blocked counts from here.
 */
export function retriedNow(status: SweepStatus, now: EpochSeconds): SweepStatus {
  const { preparing } = status;
  if (preparing === undefined) return status;
  return { ...unblocked(status), phase: "Preparing", preparing: { ...preparing, notBefore: Math.min(preparing.notBefore, now) } };
}

const TRY_FIRST_SECONDS = 5;
const TRY_LONGEST_SECONDS = 300;
const WAIT_FIRST_SECONDS = 30;
const WAIT_LONGEST_SECONDS = 600;

/** Before prepare is tried again: 5, 10, 20 … 300 seconds after the first, second, third … try. */
export function secondsBeforeTry(tries: number): number {
  return doubled(TRY_FIRST_SECONDS, tries - 1, TRY_LONGEST_SECONDS);
}

/** Before the next pass: 0 after a pass that settled something, then 30, 60, 120 … 600 seconds after the first, second, third … that did not. */
export function secondsBeforePass(fruitless: number): number {
  return fruitless === 0 ? 0 : doubled(WAIT_FIRST_SECONDS, fruitless - 1, WAIT_LONGEST_SECONDS);
}

/** first · 2^times, without overflowing where something has been tried for months. */
function doubled(first: number, times: number, longest: number): number {
  return Math.min(longest, first * 2 ** Math.min(times, 30));
}

/** How an uncaught error, or V8, begins the line that says what was wrong. */
const ERROR_LINE = /^(?:Uncaught )?(?:[\w.]*(?:Error|Exception)(?: \[\w+\])?|FATAL ERROR): ./;

/** What Node writes around it: frames, marks under the source, the fields of the error, its version. */
const NOISE = /^(?:at .*|Node\.js v.*|[\^~]+|[{}[\]],?|throw .*|\[?\w+\]?: .*(?:,|')|node:\S+:\d+|\S*:\d+)$/;

const LONGEST = 300;

/** Of a program's last lines the one that says why it ended, at most 300 characters; "" where there is none. */
export function mostTellingLine(lastLines: string): string {
  const lines = lastLines.split("\n").map(said).map(oneLine).filter((line) => line !== "");
  const telling = lines.findLast((line) => ERROR_LINE.test(line)) ?? lines.findLast((line) => !NOISE.test(line)) ?? lines.at(-1) ?? "";
  return telling.length <= LONGEST ? telling : `${telling.slice(0, LONGEST - 1)}…`;
}

/** Where a pod wrote no message, Kubernetes gives the last lines of its log: of those the sentence counts. */
function said(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const { msg } = JSON.parse(line) as { readonly msg?: unknown };
    return typeof msg === "string" ? msg : line;
  } catch {
    return line;
  }
}

/** Each stretch of white space as one blank, none at the ends. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** What a window came to. A window without a target was never asked: it is incomplete. `atLeast` is a share, 0.999 for 99.9 %. */
export function verdict(totals: Totals, atLeast: number): WindowState {
  const settled = settledOf(totals);
  if (totals.targets === 0) return "incomplete";
  if (settled === totals.targets) return "complete";
  // A share such as 0.999 has no exact double: 0.07 of 100 targets must be 7 and not 7.000000000000001.
  return settled >= atLeast * totals.targets - 1e-6 ? "usable" : "incomplete";
}
