import { SWEEPS, type CronSweepObject, type SweepObject } from "../../controller/resources.ts";
import { nextTurn, sweepName, turnOf } from "../../decide/sweep-name.ts";
import { isAlreadyThere } from "../../kube/api-error.ts";
import type { Draft } from "../../kube/object.ts";
import type { ResolvedSpec } from "../../model/resolved.ts";
import type { Cluster } from "./cluster.ts";
import { draftSweep, type SweepWish } from "./draft-sweep.ts";
import { turnsOf } from "./sweeps-of.ts";

/** Makes a CronSweep's next Sweep of a window, under the first name that is free. `sweeps` are those that are there. */
export async function makeSweep(cluster: Cluster, cronSweep: CronSweepObject, spec: ResolvedSpec, wish: SweepWish, sweeps: readonly SweepObject[]): Promise<SweepObject> {
  const { name } = cronSweep.metadata;
  const taken = new Set(sweeps.map(({ metadata }) => metadata.name));
  const had = Math.max(turnsOf(cronSweep, spec.window), ...[...taken].map((one) => turnOf(one, name, spec.window)));
  const isTaken = (one: string): boolean => taken.has(one);
  return createFree(cluster, taken, () => {
    const turn = nextTurn(had, name, spec.window, isTaken);
    return draftSweep(cronSweep, spec, wish, sweepName(name, spec.window, turn));
  });
}

/** Somebody else may take a name between the look and the making: then the next one is tried. */
export async function createFree({ client }: Cluster, taken: Set<string>, draft: () => Draft<SweepObject>): Promise<SweepObject> {
  for (;;) {
    const next = draft();
    try {
      return await client.create(SWEEPS, next);
    } catch (error) {
      if (!isAlreadyThere(error) || next.metadata.name === undefined || taken.has(next.metadata.name)) throw error;
      taken.add(next.metadata.name);
    }
  }
}
