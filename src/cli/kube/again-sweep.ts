import type { SweepObject } from "../../controller/resources.ts";
import { SpecError } from "../../model/errors.ts";
import { DEFAULTS } from "../../model/defaults.ts";
import { parseMemory } from "../../model/quantity.ts";
import type { Cluster } from "./cluster.ts";
import { draftAgain, type SweepWish } from "./draft-sweep.ts";
import { createFree } from "./make-sweep.ts";
import { isUnderWay } from "./sweeps-of.ts";

/** A Sweep that names no CronSweep, once more, under its name with a number behind it. */
export async function againSweep(cluster: Cluster, sweep: SweepObject, sweeps: readonly SweepObject[], wish: SweepWish): Promise<SweepObject> {
  const { name } = sweep.metadata;
  if (isUnderWay(sweep)) throw new SpecError(`The Sweep ${name} is at work just now: wait for it, or delete it first.`);
  if (wish.targets !== undefined) throw new SpecError(`The Sweep ${name} names its targets itself, and no CronSweep: make another with targets.list and the same dataset.`);
  const most = parseMemory(sweep.spec.batch?.memoryMax ?? DEFAULTS.batch.memoryMax)!;
  const taken = new Set(sweeps.map(({ metadata }) => metadata.name));
  return createFree(cluster, taken, () => draftAgain(sweep, most, wish, freeName(name, taken)));
}

/** "again" → "again-2", "again-2" → "again-3"; 52 characters are the most. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  const base = name.replace(/-[1-9][0-9]{0,2}$/, "").slice(0, 48).replace(/-+$/, "");
  let turn = 2;
  while (taken.has(`${base}-${turn}`)) turn += 1;
  return `${base}-${turn}`;
}
