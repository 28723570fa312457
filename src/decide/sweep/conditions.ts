import { type Condition, datedCondition } from "../../model/condition.ts";
import { settledOf } from "../../model/states.ts";
import type { SweepObjectStatus } from "../../model/sweep-object.ts";
import { isFinished, type SweepStatus } from "../../model/sweep.ts";
import { waitText, type Wait } from "../../model/wait.ts";
import type { EpochSeconds } from "../../model/window.ts";
import { SWEEP_REASON } from "../reasons.ts";
import { causesSentence, MOST_CAUSES } from "./causes.ts";
import { flowWait } from "./flow-wait.ts";

/** What prevents the Jobs of a sweep from being created, apart from what the flow knows. */
export interface Blocker {
  /** One of reasons.ts. */
  readonly reason: string;
  /** One sentence. */
  readonly message: string;
}

interface ConditionsView {
  readonly before: readonly Condition[];
  readonly flow: SweepStatus;
  readonly blocker: Blocker | null;
  /** Why a pod that exists cannot start yet, or null. */
  readonly waitsFor: string | null;
  readonly generation: number;
  /** ISO time. */
  readonly now: string;
}

/** The blocker in the last status, or null. It stays until a Job can be created. */
export function blockerIn({ conditions = [] }: Pick<SweepObjectStatus, "conditions">): Blocker | null {
  const found = conditions.find(({ type, reason }) => type === "Blocked" && BLOCKERS.includes(reason));
  return found === undefined ? null : { reason: found.reason, message: found.message };
}

/** What the pods were waiting for in the last status, or null. It stays until the pods are observed again. */
export function waitIn({ conditions = [] }: Pick<SweepObjectStatus, "conditions">): string | null {
  return conditions.find(({ type, reason }) => type === "Progressing" && reason === SWEEP_REASON.podWaits)?.message ?? null;
}

const BLOCKERS: readonly string[] = [SWEEP_REASON.nameTaken, SWEEP_REASON.jobRefused, SWEEP_REASON.invalid, SWEEP_REASON.cronSweepNotFound, SWEEP_REASON.notAskable];

type Untyped = Pick<Condition, "status" | "reason" | "message">;

/** The four conditions of a Sweep that was accepted, and a fifth while its retention is held. */
export function conditionsOf({ before, flow, blocker, waitsFor, generation, now }: ConditionsView): Condition[] {
  const conditions: Readonly<Record<string, Untyped>> = {
    Accepted: { status: "True", reason: SWEEP_REASON.accepted, message: "The spec is valid, and the settings of the pods are frozen." },
    Progressing: progressing(flow, blocker, waitsFor, Date.parse(now) / 1000),
    Blocked: blocked(flow, blocker, waitsFor),
    Complete: complete(flow),
    ...(flow.retentionHeld === undefined ? {} : { RetentionHeld: { status: "True", reason: SWEEP_REASON.unconfirmed, message: flow.retentionHeld } as const }),
  };
  return Object.entries(conditions).map(([type, condition]) => datedCondition({ type, ...condition }, before, generation, now));
}

/** The condition of a Sweep that was refused. */
export function refusedConditions(before: readonly Condition[], { reason, message }: Blocker, generation: number, now: string): Condition[] {
  return [datedCondition({ type: "Accepted", status: "False", reason, message }, before, generation, now)];
}

/** What a sweep waits for, in a sentence; null while it works. @param now seconds since 1970 */
export function waitingSentence(flow: SweepStatus, blocker: Blocker | null, waitsFor: string | null, now: EpochSeconds): string | null {
  if (isFinished(flow.phase)) return null;
  if (blocker !== null) return blocker.message;
  const wait = flowWait(flow, now);
  return wait === null ? waitsFor : sentenceOf(wait);
}

function sentenceOf(wait: Wait): string {
  const text = waitText(wait);
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

function progressing(flow: SweepStatus, blocker: Blocker | null, waitsFor: string | null, now: EpochSeconds): Untyped {
  const { phase, pass, preparing } = flow;
  if (isFinished(phase)) return { status: "False", reason: phase, message: "The sweep has finished." };
  if (blocker !== null) return { status: "False", ...blocker };
  if (phase === "Suspended") return { status: "False", reason: phase, message: suspended(flow) };
  const wait = flowWait(flow, now);
  if (phase === "Blocked") return { status: "False", reason: phase, message: wait === null ? NO_BATCH : `${NO_BATCH} ${sentenceOf({ ...wait, error: null })}` };
  if (wait !== null) return { status: "True", reason: phase, message: sentenceOf(wait) };
  if (waitsFor !== null) return { status: "True", reason: SWEEP_REASON.podWaits, message: waitsFor };
  if (preparing !== undefined) return { status: "True", reason: phase, message: preparingSentence(preparing) };
  return { status: "True", reason: phase, message: `Pass ${pass} is running.` };
}

const NO_BATCH = "No batch is launched until a prepare succeeds.";

function suspended({ running }: SweepStatus): string {
  return running.length === 0 ? "No batch is running, and none is launched." : "Running batches finish, and no more are launched.";
}

function preparingSentence({ pass, attempt }: NonNullable<SweepStatus["preparing"]>): string {
  return `Preparing pass ${pass}${attempt === 1 ? "" : `, attempt ${attempt}`}.`;
}

/** A pod that waits for its node or image may start any moment, so that is not True; but something does hinder the sweep. */
function blocked({ phase, blocked: by }: SweepStatus, blocker: Blocker | null, waitsFor: string | null): Untyped {
  if (by !== undefined && !isFinished(phase)) return { status: "True", reason: by.reason, message: by.message };
  if (blocker !== null && !isFinished(phase)) return { status: "True", ...blocker };
  if (waitsFor !== null && !isFinished(phase)) return { status: "False", reason: SWEEP_REASON.podWaits, message: waitsFor };
  return { status: "False", reason: SWEEP_REASON.unhindered, message: "Nothing blocks the sweep." };
}

function complete({ phase, totals, problem, causes = [] }: SweepStatus): Untyped {
  if (phase === "Failed") return { status: "False", reason: phase, message: problem ?? "The sweep failed." };
  const counted = totals === undefined ? "No targets have been counted yet." : `${settledOf(totals)} of ${totals.targets} targets were settled at the last count.`;
  if (!isFinished(phase)) return { status: "False", reason: "Unfinished", message: counted };
  return { status: phase === "Complete" ? "True" : "False", reason: phase, message: totals === undefined ? counted : `${settledOf(totals)} of ${totals.targets} targets are settled.${causesSentence(causes, MOST_CAUSES)}` };
}
