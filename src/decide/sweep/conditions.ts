import { type Condition, datedCondition } from "../../model/condition.ts";
import { settledOf } from "../../model/states.ts";
import type { SweepObjectStatus } from "../../model/sweep-object.ts";
import { isFinished, type SweepStatus } from "../../model/sweep.ts";
import { SWEEP_REASON } from "../reasons.ts";

/** What keeps Jobs of a sweep from being made, beside what the flow knows. */
export interface Blocker {
  /** One of reasons.ts. */
  readonly reason: string;
  /** One sentence. */
  readonly message: string;
}

export interface ConditionsView {
  readonly before: readonly Condition[];
  readonly flow: SweepStatus;
  readonly blocker: Blocker | null;
  /** What keeps a pod from beginning that is made already, or null. */
  readonly waitsFor: string | null;
  readonly generation: number;
  /** ISO time. */
  readonly now: string;
}

/** What was told to hinder last, or null: it stands until a Job could be made. */
export function blockerIn({ conditions = [] }: Pick<SweepObjectStatus, "conditions">): Blocker | null {
  const told = conditions.find(({ type, reason }) => type === "Blocked" && BLOCKERS.includes(reason));
  return told === undefined ? null : { reason: told.reason, message: told.message };
}

/** What was told to be waited for last, or null: it stands until the pods are looked at again. */
export function waitIn({ conditions = [] }: Pick<SweepObjectStatus, "conditions">): string | null {
  return conditions.find(({ type, reason }) => type === "Progressing" && reason === SWEEP_REASON.podWaits)?.message ?? null;
}

const BLOCKERS: readonly string[] = [SWEEP_REASON.nameTaken, SWEEP_REASON.jobRefused, SWEEP_REASON.invalid, SWEEP_REASON.cronSweepNotFound, SWEEP_REASON.notAskable];

type Told = Pick<Condition, "status" | "reason" | "message">;

/** The four conditions of a Sweep that was accepted. */
export function conditionsOf({ before, flow, blocker, waitsFor, generation, now }: ConditionsView): Condition[] {
  const told: Readonly<Record<string, Told>> = {
    Accepted: { status: "True", reason: SWEEP_REASON.accepted, message: "The spec is right, and what the pods are made from is frozen." },
    Progressing: progressing(flow, blocker, waitsFor),
    Blocked: blocked(flow, blocker),
    Complete: complete(flow),
  };
  return Object.entries(told).map(([type, condition]) => datedCondition({ type, ...condition }, before, generation, now));
}

/** Of one that was not. */
export function refusedConditions(before: readonly Condition[], { reason, message }: Blocker, generation: number, now: string): Condition[] {
  return [datedCondition({ type: "Accepted", status: "False", reason, message }, before, generation, now)];
}

function progressing(flow: SweepStatus, blocker: Blocker | null, waitsFor: string | null): Told {
  const { phase, pass, preparing } = flow;
  if (isFinished(phase)) return { status: "False", reason: phase, message: "The sweep has ended." };
  if (blocker !== null) return { status: "False", ...blocker };
  if (phase === "Suspended") return { status: "False", reason: phase, message: suspended(flow) };
  if (phase === "Blocked") return { status: "False", reason: phase, message: "Nothing more is launched until a prepare works again." };
  if (waitsFor !== null) return { status: "True", reason: SWEEP_REASON.podWaits, message: waitsFor };
  if (preparing !== undefined) return { status: "True", reason: phase, message: preparingSentence(preparing) };
  return { status: "True", reason: phase, message: `Pass ${pass} runs.` };
}

function suspended({ running }: SweepStatus): string {
  return running.length === 0 ? "Nothing runs, and nothing is launched." : "Nothing more is launched; what runs ends.";
}

function preparingSentence({ pass, attempt }: NonNullable<SweepStatus["preparing"]>): string {
  return `What is left is counted and packed as pass ${pass}${attempt === 1 ? "" : `, try ${attempt}`}.`;
}

function blocked({ phase, blocked: by }: SweepStatus, blocker: Blocker | null): Told {
  if (by !== undefined && !isFinished(phase)) return { status: "True", reason: by.reason, message: by.message };
  if (blocker !== null && !isFinished(phase)) return { status: "True", ...blocker };
  return { status: "False", reason: SWEEP_REASON.unhindered, message: "Nothing stands in its way." };
}

function complete({ phase, totals, problem }: SweepStatus): Told {
  if (phase === "Failed") return { status: "False", reason: phase, message: problem ?? "The sweep failed." };
  const counted = totals === undefined ? "Nothing is counted yet." : `${settledOf(totals)} of ${totals.targets} targets were settled when they were counted last.`;
  if (!isFinished(phase)) return { status: "False", reason: "Unfinished", message: counted };
  return { status: phase === "Complete" ? "True" : "False", reason: phase, message: totals === undefined ? counted : `${settledOf(totals)} of ${totals.targets} targets are settled.` };
}
