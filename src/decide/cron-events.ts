import type { CronSweepStatus } from "../model/sweep-object.ts";
import { CRON_REASON } from "./cron-reasons.ts";
import type { CronEvent, CronSweepView } from "./cron-sweep-view.ts";
import { hasEnded } from "./seen-sweep.ts";

/** Of the Sweeps that ran when the status was written last, those that do not any more: each is told once. */
export function endings({ status, sweeps }: CronSweepView): CronEvent[] {
  const expected = [...(status.active ?? []), ...(status.starting ?? []).map(({ name }) => name)];
  return [...new Set(expected)].flatMap((name): CronEvent[] => {
    const sweep = sweeps.find((one) => one.name === name && one.isOwn);
    if (sweep !== undefined) {
      if (!hasEnded(sweep)) return [];
      return [{ type: sweep.state === "incomplete" ? "Warning" : "Normal", reason: CRON_REASON.ended, message: `${name} ended: its window is ${sweep.state}.` }];
    }
    const ran = status.active?.includes(name) === true;
    return ran ? [{ type: "Normal", reason: CRON_REASON.deleted, message: `${name} was deleted before it ended. What it stored is kept, and its window has another chance with the next run.` }] : [];
  });
}

/** What was found out about the spec, once for each version of it. */
export function noted({ plan, status: before }: CronSweepView, after: CronSweepStatus): CronEvent[] {
  if ("problems" in plan) {
    const message = plan.problems.join("; ");
    return acceptedIn(before)?.message === message ? [] : [{ type: "Warning", reason: CRON_REASON.invalid, message }];
  }
  if (before.observedGeneration === after.observedGeneration) return [];
  return plan.warnings.map((message) => ({ type: "Warning", reason: CRON_REASON.noted, message }));
}

function acceptedIn({ conditions }: CronSweepStatus) {
  return conditions?.find(({ type }) => type === "Accepted");
}
