import { type Condition, datedCondition, type ConditionState } from "../../model/condition.ts";
import type { ObjectEvent } from "../../model/event.ts";
import { isoOf } from "../../model/moment.ts";
import type { StartingSweep } from "../../model/sweep-object.ts";
import { formatWindow } from "../grid.ts";
import { CRON_REASON } from "../reasons.ts";
import { missedText, type WindowRange } from "./missed-windows.ts";
import { isUnderWay } from "./observed-sweep.ts";
import type { CronPlan, CronSweepView } from "./view.ts";
import { knownAt, type KnownRun } from "./window-runs.ts";
import type { WindowsDue } from "./windows-due.ts";

interface ConditionsView {
  readonly view: CronSweepView;
  readonly plan: CronPlan;
  readonly due: WindowsDue;
  readonly starting: readonly StartingSweep[];
  readonly known: readonly KnownRun[];
  readonly missed: readonly WindowRange[];
  /** The event of the trigger that was just handled; null if there was none, and the condition of the last one stays. */
  readonly trigger: ObjectEvent | null;
}

export function conditionsOf(around: ConditionsView): Condition[] {
  const { view, trigger } = around;
  const held = lastHeld(around);
  const states: ConditionState[] = [
    { type: "Accepted", status: "True", reason: CRON_REASON.accepted, message: "The spec is valid." },
    { type: "Progressing", ...progressing(around) },
    ...missedState(around),
    ...(held === undefined || held === null ? [] : [{ type: "RetentionHeld", status: "True", reason: CRON_REASON.unconfirmed, message: held } as const]),
    ...(trigger === null ? [] : [{ type: "Triggered", status: trigger.reason === CRON_REASON.triggered ? "True" : "False", reason: trigger.reason, message: trigger.message } as const]),
  ];
  return [...dated(states, view), ...(trigger === null ? keptOf(view, "Triggered") : []), ...(held === undefined ? keptOf(view, "RetentionHeld") : [])];
}

/** The conditions of a CronSweep that is refused. */
export function refusedConditions(view: CronSweepView, problems: readonly string[]): Condition[] {
  const states: ConditionState[] = [
    { type: "Accepted", status: "False", reason: CRON_REASON.invalid, message: problems.join("; ") },
    { type: "Progressing", status: "False", reason: CRON_REASON.invalid, message: "Invalid spec: no sweep starts until it is fixed." },
  ];
  return [...dated(states, view), ...keptOf(view, "Triggered", "WindowsMissed", "RetentionHeld")];
}

function dated(states: readonly ConditionState[], { status, generation, now }: CronSweepView): Condition[] {
  return states.map((one) => datedCondition(one, status.conditions ?? [], generation, isoOf(now)));
}

/** What the newest of its Sweeps says whose prepare has counted; undefined without one. */
function lastHeld({ view, plan }: ConditionsView): string | null | undefined {
  const told = view.sweeps.filter(({ retentionHeld, isOfCronSweep, dataset }) => retentionHeld !== undefined && (isOfCronSweep || dataset === plan.dataset));
  return told.toSorted((one, other) => other.beganAt - one.beganAt)[0]?.retentionHeld;
}

/** These conditions as they were. */
function keptOf({ status }: CronSweepView, ...types: readonly string[]): readonly Condition[] {
  return (status.conditions ?? []).filter(({ type }) => types.includes(type));
}

/** Absent until a window is missed for the first time. */
function missedState({ view, plan, missed }: ConditionsView): ConditionState[] {
  if (missed.length > 0) return [{ type: "WindowsMissed", status: "True", reason: CRON_REASON.windowsMissed, message: missedText(missed, plan.grid.everySeconds, view) }];
  if (keptOf(view, "WindowsMissed").length === 0) return [];
  return [{ type: "WindowsMissed", status: "False", reason: CRON_REASON.noneMissed, message: "No window is out of reach of catchUp without having been asked." }];
}

function progressing(around: ConditionsView): Omit<ConditionState, "type"> {
  const { view, plan } = around;
  const names = underWay(around);
  const continues = names.length === 0 ? "" : ` Still running: ${names.join(", ")}.`;
  const status = names.length === 0 ? "False" : "True";
  if (view.paused) return { status, reason: CRON_REASON.paused, message: "Paused: neither the schedule nor a trigger starts a sweep." };
  if (plan.suspended) return { status, reason: CRON_REASON.suspended, message: `spec.suspend is set: only a trigger starts a sweep.${continues}` };
  if (names.length > 0) return { status, reason: CRON_REASON.sweeping, message: `Running: ${names.join(", ")}.` };
  return { status, ...idle(around) };
}

function idle({ due, known }: ConditionsView): Pick<ConditionState, "reason" | "message"> {
  if (due.due === null) return { reason: CRON_REASON.beforeFirstRun, message: "The schedule has not run since the CronSweep was created, or its newest window cannot be asked." };
  const isDueOpen = knownAt(known, due.due.start)?.state !== "complete";
  const open = due.behind + (isDueOpen ? 1 : 0);
  if (open === 0) return { reason: CRON_REASON.upToDate, message: "All windows within catchUp are complete." };
  const which = isDueOpen && open === 1 ? `The window ${formatWindow(due.due)} is` : `${open} windows are`;
  return { reason: CRON_REASON.waiting, message: `${which} not complete; the next run tries again.` };
}

function underWay({ view, plan, starting }: ConditionsView): string[] {
  const running = view.sweeps.filter((sweep) => isUnderWay(sweep, plan.dataset)).map(({ name }) => name);
  return [...new Set([...running, ...starting.map(({ name }) => name)])].sort();
}
