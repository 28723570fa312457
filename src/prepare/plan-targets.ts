import { boundPattern } from "../extract/bound.ts";
import { listProblem } from "../decide/list-check.ts";
import { SpecError } from "../model/errors.ts";
import { settledOf } from "../model/states.ts";
import { select } from "../store/selection.ts";
import type { FrozenSweep } from "../store/sweeps.ts";
import { targetIds } from "../store/targets.ts";
import { lastPlanSize, planWindow, readPlan, tally } from "../store/windows.ts";
import { tidyNames, type Names } from "./names.ts";
import type { Asking } from "./asking.ts";
import { sourceHash } from "./source-hash.ts";
import type { PrepareSurroundings } from "./surroundings.ts";

export interface Planned {
  readonly notes: readonly string[];
  /** The window is complete by a plan from the same source: nothing need be asked, not even the list. */
  readonly settledBefore: boolean;
}

/**
 * Makes the window's plan from the list of targets, and selects from it what this sweep asks.
 * @throws SpecError for a list that is empty, too short or shrunken, before anything is asked; SurroundingsError where it cannot be had
 */
export async function planTargets(sweep: FrozenSweep, asking: Asking, { db }: PrepareSurroundings): Promise<Planned> {
  const { spec, datasetId, window, identity } = sweep;
  const source = { sourceHash: sourceHash(spec.targets), atLeast: spec.done.atLeast };
  if (spec.select.states === "incomplete" && (await isSettled(sweep, source.sourceHash, db))) return { notes: [], settledBefore: true };

  const { names, notes } = await listTargets(sweep, asking);
  const last = await lastPlanSize(db, datasetId, window);
  const problem = listProblem(names.length, { atLeast: spec.targets.atLeast, maxShrink: spec.targets.maxShrink, last });
  if (problem !== null) throw new SpecError(problem);
  await db.transaction(async (tx) => {
    await planWindow(tx, datasetId, window, await targetIds(tx, names), source);
    await select(tx, { uid: identity.uid, datasetId, window, selection: spec.select });
  });
  return { notes, settledBefore: false };
}

async function isSettled(sweep: FrozenSweep, hash: string, db: PrepareSurroundings["db"]): Promise<boolean> {
  const plan = await readPlan(db, sweep.datasetId, sweep.window);
  if (plan?.sourceHash !== hash) return false;
  const totals = await tally(db, sweep.datasetId, sweep.window);
  return totals.targets > 0 && settledOf(totals) === totals.targets;
}

async function listTargets({ spec }: FrozenSweep, asking: Asking): Promise<Names> {
  const { from } = spec.targets;
  return tidyNames(from.kind === "list" ? from.list : await asking.list(from, boundPattern(from.pattern)));
}
