import type { FailingTarget } from "../../model/message.ts";
import type { JobEnd, ObservedJob, SweepStatus } from "../../model/sweep.ts";

/** A batch that left `running`. */
export interface BatchEnd {
  readonly batch: number;
  readonly memoryBytes: number;
  readonly end: JobEnd;
}

type Failing = readonly FailingTarget[];

const MOST_FAILING = 5;

/** The batches that a decision counted, in the order of their numbers. */
export function endsBetween(before: SweepStatus | null, after: SweepStatus, jobs: readonly ObservedJob[]): BatchEnd[] {
  const left = (before?.running ?? []).filter(({ batch }) => !after.running.some((running) => running.batch === batch));
  return left.flatMap(({ batch, memoryBytes }) => {
    const end = jobs.find(({ work, ended }) => ended !== undefined && work.program === "batch" && work.batch === batch)?.ended;
    return end === undefined ? [] : [{ batch, memoryBytes, end }];
  });
}

/** Up to five, those of the batches that ended last first. With the verdict prepare says what is failing, and that wins. */
export function failingTargets(before: Failing, ends: readonly BatchEnd[], { totals, verdict, failing = [] }: SweepStatus): Failing {
  if (verdict !== undefined) return failing;
  const latest = ends.toReversed().flatMap(({ end }) => (end.message?.program === "batch" ? end.message.failing : []));
  const known = [...latest, ...before].filter(({ target }, index, all) => all.findIndex((other) => other.target === target) === index);
  const most = totals === undefined ? MOST_FAILING : Math.min(MOST_FAILING, totals.targets);
  return known.slice(0, most);
}

/** Targets that these batches asked and did not settle, as far as they told. */
export function unsettledBy(ends: readonly BatchEnd[]): number {
  return ends.reduce((sum, { end }) => {
    if (end.message?.program !== "batch") return sum;
    const { suspect, mismatch, failed } = end.message.states;
    return sum + suspect + mismatch + failed;
  }, 0);
}
