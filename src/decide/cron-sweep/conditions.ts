import { type Condition, datedCondition, type Told } from "../../model/condition.ts";
import type { ObjectEvent } from "../../model/event.ts";
import type { StartingSweep } from "../../model/sweep-object.ts";
import { formatWindow } from "../grid.ts";
import { CRON_REASON } from "../reasons.ts";
import { isUnderWay } from "./observed-sweep.ts";
import type { CronPlan, CronSweepView } from "./view.ts";
import { isoOf, knownAt, type KnownRun } from "./window-runs.ts";
import type { WindowsDue } from "./windows-due.ts";

export interface ConditionsView {
  readonly view: CronSweepView;
  readonly plan: CronPlan;
  readonly due: WindowsDue;
  readonly starting: readonly StartingSweep[];
  readonly known: readonly KnownRun[];
  /** What came of the trigger just handled; null: what was told of the last one stands. */
  readonly trigger: ObjectEvent | null;
}

export function conditionsOf(around: ConditionsView): Condition[] {
  const { view, trigger } = around;
  const told: Told[] = [
    { type: "Accepted", status: "True", reason: CRON_REASON.accepted, message: "The spec is right." },
    { type: "Progressing", ...progressing(around) },
    ...(trigger === null ? [] : [{ type: "Triggered", status: trigger.reason === CRON_REASON.triggered ? "True" : "False", reason: trigger.reason, message: trigger.message } as const]),
  ];
  return [...dated(told, view), ...(trigger === null ? triggeredBefore(view) : [])];
}

/** Of one that is not accepted. */
export function refusedConditions(view: CronSweepView, problems: readonly string[]): Condition[] {
  const told: Told[] = [
    { type: "Accepted", status: "False", reason: CRON_REASON.invalid, message: problems.join("; ") },
    { type: "Progressing", status: "False", reason: CRON_REASON.invalid, message: "Nothing is begun until the spec is right." },
  ];
  return [...dated(told, view), ...triggeredBefore(view)];
}

function dated(told: readonly Told[], { status, generation, now }: CronSweepView): Condition[] {
  return told.map((one) => datedCondition(one, status.conditions ?? [], generation, isoOf(now)));
}

function triggeredBefore({ status }: CronSweepView): readonly Condition[] {
  return (status.conditions ?? []).filter(({ type }) => type === "Triggered");
}

function progressing(around: ConditionsView): Omit<Told, "type"> {
  const { view, plan } = around;
  const names = underWay(around);
  const goesOn = names.length === 0 ? "" : ` ${names.join(", ")} ${names.length === 1 ? "goes" : "go"} on.`;
  const status = names.length === 0 ? "False" : "True";
  if (view.paused) return { status, reason: CRON_REASON.paused, message: "The annotation sluice.dev/paused holds it: nothing is begun, by a trigger neither." };
  if (plan.suspended) return { status, reason: CRON_REASON.suspended, message: `spec.suspend holds it: nothing is begun but by a trigger.${goesOn}` };
  if (names.length > 0) return { status, reason: CRON_REASON.sweeping, message: `${names.join(", ")} ${names.length === 1 ? "sweeps" : "sweep"}.` };
  return { status, ...idle(around) };
}

function idle({ due, known }: ConditionsView): Pick<Told, "reason" | "message"> {
  if (due.due === null) return { reason: CRON_REASON.beforeFirstRun, message: "The schedule has not come yet since it was made, or its window cannot be asked." };
  const isDueOpen = knownAt(known, due.due.start)?.state !== "complete";
  const open = due.behind + (isDueOpen ? 1 : 0);
  if (open === 0) return { reason: CRON_REASON.upToDate, message: "All windows that are looked at are complete." };
  const which = isDueOpen && open === 1 ? `The window ${formatWindow(due.due)} is` : `${open} windows are`;
  return { reason: CRON_REASON.waiting, message: `${which} not complete, with another chance at the next run.` };
}

function underWay({ view, plan, starting }: ConditionsView): string[] {
  const running = view.sweeps.filter((sweep) => isUnderWay(sweep, plan.dataset)).map(({ name }) => name);
  return [...new Set([...running, ...starting.map(({ name }) => name)])].sort();
}
