import { createHash } from "node:crypto";
import { fingerprintText } from "../decide/targets/fingerprint.ts";
import { listProblem } from "../decide/targets/list-check.ts";
import type { Names } from "../decide/targets/names.ts";
import { SpecError } from "../model/errors.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import { isSettled, type StateOrMissing } from "../model/states.ts";
import { sourceHash } from "../prepare/source-hash.ts";
import type { Database } from "../store/database.ts";
import { type Dataset, findDataset, refuseOther } from "../store/datasets.ts";
import { heldRetention, heldText } from "../store/retention.ts";
import { statesOfNames } from "../store/selection.ts";
import { serverTime } from "../store/server.ts";
import { lastListed } from "../store/windows.ts";

/** How many targets a sweep would find, and how many of them it would ask. */
export interface PlannedSweep {
  readonly spec: ResolvedSpec;
  readonly targets: number;
  /** Null without a database. */
  readonly settled: number | null;
  readonly asked: number;
  /** What a retention that became shorter would drop: a sentence; null if nothing. */
  readonly retention: string | null;
  /** Remarks on the list, for a person. */
  readonly notes: readonly string[];
}

/**
 * What prepare would decide. Writes nothing. `db` is null if there is no database yet.
 * @throws SpecError where prepare would: an empty, short or shrunken list, a dataset with another grid or fingerprint
 */
export async function planSweep(spec: ResolvedSpec, { names, notes }: Names, db: Database | null): Promise<PlannedSweep> {
  const dataset = db === null ? null : await findDataset(db, spec.dataset);
  if (dataset !== null) refuseOther(dataset, identityOf(spec));
  const last = db === null || dataset === null ? null : await lastListed(db, dataset.id, spec.window, sourceHash(spec.targets));
  const problem = listProblem(names.length, { ...spec.targets, last });
  if (problem !== null) throw new SpecError(problem);
  const wanted = spec.select.narrow ?? names;
  const states = db === null || dataset === null ? new Map<StateOrMissing, number>([["missing", wanted.length]]) : await statesOfNames(db, dataset.id, spec.window, wanted);
  return {
    spec,
    targets: names.length,
    settled: db === null ? null : sumOf(states, isSettled),
    asked: sumOf(states, (state) => isSelected(state, spec)),
    retention: db === null || dataset === null ? null : await retentionOf(spec, dataset, db),
    notes,
  };
}

async function retentionOf({ retentionSeconds }: ResolvedSpec, dataset: Dataset, db: Database): Promise<string | null> {
  const held = await heldRetention(db, dataset, retentionSeconds, await serverTime(db));
  return held === null ? null : `${heldText(held)}, to be dropped once you confirm it (run asks, or takes --yes)`;
}

function isSelected(state: StateOrMissing, { select }: ResolvedSpec): boolean {
  if (select.states === "all") return true;
  return select.states === "incomplete" ? !isSettled(state) : select.states.includes(state);
}

function sumOf(states: ReadonlyMap<StateOrMissing, number>, counts: (state: StateOrMissing) => boolean): number {
  return [...states].reduce((sum, [state, count]) => sum + (counts(state) ? count : 0), 0);
}

function identityOf(spec: ResolvedSpec): Parameters<typeof refuseOther>[1] {
  const fingerprint = fingerprintText(spec);
  return {
    name: spec.dataset,
    everySeconds: spec.grid.everySeconds,
    fingerprint: createHash("sha256").update(fingerprint).digest("hex"),
    fingerprintText: fingerprint,
    retentionSeconds: spec.retentionSeconds,
  };
}
